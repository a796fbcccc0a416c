import type { Exposure } from '../program/exposure.ts';
import type { CheckResult } from '../verification/check-result.ts';
import type { Case } from './plan.ts';

/** What a child is asked to do, as JSON in its first argument. */
export type Job = (
  | MeasureJob
  | TryJob
  | InstrumentedJob
  | EventsJob
  | OpenEventsJob
  | VerifyJob
  | PlaceJob
  | ProbeJob
  | ProfileJob
) & {
  /** The CPUs that the child may run on: those of a case's threads, one after the other. */
  readonly cpus?: readonly number[];
  /** Its clock counts instructions: batches are short, and the reading of the clock is taken off them. */
  readonly isCounted?: boolean;
};

/** Takes samples of one case, or of two whose batches alternate in one process. */
export interface MeasureJob {
  readonly kind: 'measure';
  readonly cases: readonly Case[];
  /** Milliseconds of samples of each case. */
  readonly time: number;
  /** Iterations of a batch of each case, where an earlier fork has found them. */
  readonly iterations?: readonly (number | undefined)[];
}

/** Tries one iteration. */
interface TryJob {
  readonly kind: 'try';
  readonly cases: readonly Case[];
}

/** Measures one case with a loop that reads the cycle counter, or weighs what live modules of it hold. */
export interface InstrumentedJob {
  readonly kind: 'phases' | 'latency' | 'memory';
  readonly cases: readonly [Case];
  /** Milliseconds of samples. */
  readonly time: number;
}

/** Counts events a load. */
export interface EventsJob {
  readonly kind: 'events';
  readonly cases: readonly [Case];
  /** As findEvent takes them. */
  readonly events: readonly string[];
  /** Milliseconds. */
  readonly time: number;
}

/** Opens events and closes them again. */
interface OpenEventsJob {
  readonly kind: 'open events';
  readonly cases: readonly [];
  readonly events: readonly string[];
}

/** Runs the checks of one case. */
interface VerifyJob {
  readonly kind: 'verify';
  readonly cases: readonly [Case];
}

/** Sets a case up once and tells where its mappings lie. */
interface PlaceJob {
  readonly kind: 'place';
  readonly cases: readonly [Case];
}

/** Runs one case's loop for a profiler to look at, and names the generated code for it. */
export interface ProfileJob {
  readonly kind: 'profile';
  readonly cases: readonly [Case];
  /** Milliseconds. */
  readonly time: number;
}

/** Asks the kernel for something that it refuses. */
interface ProbeJob {
  readonly kind: 'probe';
  readonly probe: string;
  readonly cases: readonly [];
}

/** What a fork measured of one case. */
export interface ForkReport {
  readonly pid: number;
  readonly cpu: number;
  /** Iterations in each sample (K). */
  readonly iterationsPerSample: number;
  /** Nanoseconds an iteration, in the order in which they were taken. */
  readonly samples: readonly number[];
  /** Nanoseconds that the samples took in all. */
  readonly measuredTime: number;
  /** Addresses of the mappings in the last iteration, hexadecimal. */
  readonly addresses: Readonly<Record<string, string>>;
  /** What the kernel and the processor counted. */
  readonly counts: Counts;
  /** Where threads ran, or processes of one thread each. */
  readonly threads?: ThreadsReport;
}

/** What a fork measured of its threads. */
interface ThreadsReport {
  readonly loaders: readonly LoaderReport[];
  /**
   * Of the threads that did something else: in each window their slowdown, as a fraction; empty without them.
   */
  readonly slowdowns: readonly number[];
}

/** A thread that loaded. */
interface LoaderReport {
  readonly cpu: number;
  readonly nanosecondsPerLoad: number;
}

/** What was counted around the samples of a fork. */
export interface Counts {
  /** Means an iteration, by name. Faults, times (nanoseconds) and switches are the measuring thread's. */
  readonly perIteration: Readonly<Record<string, number>>;
  /** Mappings (VMAs) of the process, around the last sample. */
  readonly mappings: { readonly before: number; readonly after: number };
  /** Why something is not counted, by name. */
  readonly missing: Readonly<Record<string, string>>;
  readonly samples: number;
  /** In how many of the samples an event had no counter, as where several share one; absent = in none. */
  readonly gaps: Readonly<Record<string, number>>;
}

/** What a fork does to a loaded module. */
export interface AfterForkReport {
  /**
   * What the child has at the module's place once the parent has loaded the next one: what was there when it
   * was forked, something else, or nothing.
   */
  readonly child: 'own' | 'changed' | 'absent';
  /** Of the parent's next load, beyond those of any: page faults, and nanoseconds. */
  readonly faults: number;
  readonly nanoseconds: number;
}

/** What a live module weighs: means over several. Bytes, unless it says more. */
export interface MemoryReport {
  /** How many were weighed. */
  readonly modules: number;
  /** Memory, however often it is mapped. */
  readonly resident: number;
  /** Of it shared memory (shmem), and pages of the huge page pool. */
  readonly shared: number;
  readonly huge: number;
  readonly pageTables: number;
  /** How many mappings (VMAs), without guards of the layout. */
  readonly mappings: number;
  /** How many. */
  readonly descriptors: number;
  /** Of the address space. */
  readonly reserved: number;
  /** The number of live modules at which vm.max_map_count ends it. */
  readonly atMost?: number;
  /** What the process holds more after all were unloaded, in all. */
  readonly left: { readonly resident: number; readonly mappings: number; readonly descriptors: number };
  /** Absent where the module cannot be told from the next one. */
  readonly afterFork?: AfterForkReport;
}

/** A step for tables. */
interface StepLabel {
  readonly number: number;
  /** As `mprotect` or `write_module`. */
  readonly name: string;
  /** As C writes it. */
  readonly text: string;
}

/** Where the time of a load goes: nanoseconds a load, readings of the counter taken off. */
export interface PhasesReport {
  /** The steps, in their order. */
  readonly labels: readonly StepLabel[];
  /** How exposed the module is during each. */
  readonly exposure: readonly Exposure[];
  /** Of every step, a list of samples. */
  readonly steps: readonly (readonly number[])[];
  /** What one reading takes: taken off every step. A list of samples. */
  readonly reading: readonly number[];
  /** The whole iteration by the plain loop, a batch beside each of the others. A list of samples. */
  readonly plain: readonly number[];
  /** Where instructions are counted: those of every step that run in user mode. */
  readonly user?: readonly number[];
}

/** What a fork counted of the events that were asked for. */
export interface EventsReport {
  /** Means a load, by the event's name. */
  readonly perLoad: Readonly<Record<string, number>>;
}

/** How long single iterations took. */
export interface LatencyReport {
  /** Nanoseconds, and how many iterations took so long. */
  readonly counts: readonly (readonly [nanoseconds: number, count: number])[];
  /** What one reading of the counter takes, in nanoseconds: taken off every iteration. */
  readonly reading: number;
}

/** What a profiled loop did meanwhile. */
export interface ProfileReport {
  /** Nanoseconds an iteration. */
  readonly perIteration: number;
}

/** Addresses of mappings by name, hexadecimal; null where the case cannot be set up. */
export type Places = Readonly<Record<string, string>> | null;

/** What the kernel refused, where that is the reason. */
export interface RefusalFacts {
  /** A system call of the strategy's or of the process's, or one that puts the process under its policy. */
  readonly of: 'call' | 'policy';
  /** As `EACCES`. */
  readonly errno: string;
  /** The reason without the number of the step, in which strategies differ. */
  readonly sentence: string;
}

/** What became of a fork. The reasons are sentences without the strategy's name. */
export type Outcome =
  /** The forks are those of the job's cases, in their order; samples of one index were taken side by side. */
  | { readonly kind: 'measured'; readonly forks: readonly ForkReport[] }
  /** One iteration was tried and ran. */
  | { readonly kind: 'available' }
  | { readonly kind: 'phases'; readonly report: PhasesReport }
  | { readonly kind: 'latency'; readonly report: LatencyReport }
  | { readonly kind: 'memory'; readonly report: MemoryReport }
  | { readonly kind: 'events'; readonly report: EventsReport }
  | { readonly kind: 'profiled'; readonly report: ProfileReport }
  | { readonly kind: 'verified'; readonly checks: readonly CheckResult[] }
  | { readonly kind: 'placed'; readonly places: Places }
  | { readonly kind: 'probed'; readonly answer: ProbeAnswer }
  /**
   * The first iteration of a case was refused, or a limit was reached: this host, as it is set up, cannot run
   * the strategy.
   */
  | {
      readonly kind: 'unavailable';
      readonly reason: string;
      readonly caseIndex: number;
      readonly refusal?: RefusalFacts;
    }
  | {
      readonly kind: 'failed';
      readonly reason: string;
      readonly caseIndex?: number;
      readonly refusal?: RefusalFacts;
      /** What ended the process. */
      readonly signal?: NodeJS.Signals;
    };

/** What the kernel says to a probe. */
export type ProbeAnswer =
  /** It refuses the step in question. */
  | { readonly kind: 'refused'; readonly errno: string; readonly step: string }
  /** It does what was asked. */
  | { readonly kind: 'works'; readonly step: string }
  /** It does not get that far: an earlier step fails. */
  | { readonly kind: 'unavailable'; readonly reason: string };
