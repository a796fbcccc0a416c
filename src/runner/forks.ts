import { applyPolicies, needsOwnPids } from '../policies/apply.ts';
import type { Program } from '../program/ir.ts';
import { NativeCode } from '../program/native/engine.ts';
import type { Strategy } from '../strategies/strategy.ts';
import { allowedCpus, keepOff } from '../system/cpus.ts';
import { MapbenchError } from '../system/errors.ts';
import { refusedProcess } from '../system/limits.ts';
import { pageSize } from '../system/memory.ts';
import { type Architecture, hostArchitecture } from '../system/syscalls.ts';
import { type MeasuredProcess, TargetError } from '../target/measured-process.ts';
import { type SharedContent, StubProcess } from '../target/stub-process.ts';
import type { Target } from '../target/target.ts';
import { Bench, programFor, workloadOf } from './bench.ts';
import { carryOut, carryOutTogether, outcomeOf } from './carry-out.ts';
import { runInChild } from './child.ts';
import { KeptContents, withStaging } from './contents.ts';
import { countedProcesses, leastOf } from './least.ts';
import { removeLeftovers, removeLeftoversThere } from './leftovers.ts';
import type { Job, MeasureJob, Outcome } from './message.ts';
import type { Case } from './plan.ts';
import { countBefore, explainEnd } from './process-end.ts';
import { StrategyFiles } from './strategy-files.ts';

/** Milliseconds after which a fork counts as hung. */
const timeoutFor = (job: Job) => 30_000 + 10 * ('time' in job ? job.time : 0);

/** How much slower an emulated processor is, at most. */
const emulationSlowdown = 20;

/** How a fork is run. */
export interface ForkOptions {
  /** The CPU that is measured on; cases with threads may use all others, too. */
  readonly cpu: number;
  /** Ends the fork. */
  readonly signal: AbortSignal;
  /** Milliseconds; by default ample. */
  readonly timeout?: number | undefined;
  /** A program, with its arguments, that starts the measured process as its own: perf. */
  readonly launcher?: readonly string[];
  /** Is told of the process's code before the job is done. */
  readonly onBench?: (bench: Bench) => void;
}

/** On what jobs are run. */
export interface ForksOptions {
  /** The CPU that all jobs are measured on. */
  readonly cpu?: number | undefined;
  /** Of the measured processes; by default this machine's. */
  readonly architecture?: Architecture;
  /** A program, with its arguments, that runs executables of that architecture: QEMU's user mode. */
  readonly launcher?: readonly string[];
  /** Where they run, in place of this machine. */
  readonly target?: Target | undefined;
}

/** How a job is run on a stub: on which CPUs, and for how many milliseconds at most. */
type StubOptions = ForkOptions & { readonly cpus: readonly number[]; readonly timeout: number };

/**
 * Runs jobs, each in a fresh process, and keeps what those have in common. Where all are measured on one CPU,
 * this process keeps off it. Disposing it undoes that.
 */
export class Forks implements Disposable {
  readonly #architecture: Architecture;
  readonly #launcher: readonly string[];
  readonly #target: Target | undefined;
  readonly #cpus: readonly number[];
  /** This process keeps off the CPU that is measured on. */
  readonly #isAlone: boolean;
  readonly #comeBack: () => void;
  readonly #strategies = new StrategyFiles();
  /** What cases load. */
  readonly #contents = new KeptContents();

  constructor({ cpu, architecture, launcher = [], target }: ForksOptions = {}) {
    this.#target = target;
    this.#architecture = target?.facts.architecture ?? architecture ?? hostArchitecture() ?? 'x64';
    this.#launcher = launcher;
    this.#cpus = target?.facts.cpus ?? allowedCpus();
    const isHere = cpu !== undefined && target === undefined;
    this.#isAlone = isHere && this.#cpus.some((other) => other !== cpu);
    this.#comeBack = isHere ? keepOff(cpu) : () => {};
  }

  /** Bytes. */
  get pageSize(): number {
    return this.#target?.facts.pageSize ?? pageSize();
  }

  /** Where the kernel is the target's own: has the next job done on one that was booted anew. */
  async renew(): Promise<void> {
    await this.#target?.reboot();
  }

  /** CPUs on which jobs that are not timed can run at the same time. A stream has one process at a time. */
  get lanes(): readonly number[] {
    return this.#target === undefined ? this.#cpus : this.#cpus.slice(-1);
  }

  /**
   * Does a job in a fresh process that is pinned to one CPU from its first instruction, or, for cases with
   * threads, may use all. Resolves in every case: a process that crashes, hangs or says nothing is a `failed`
   * outcome.
   */
  async run(job: Job, options: ForkOptions): Promise<Outcome> {
    const { cpu } = options;
    const others = this.#cpus.filter((other) => other !== cpu);
    const cpus = job.cases.some((each) => each.background !== undefined) ? [cpu, ...others] : [cpu];
    const isCounted = this.#target?.metric === 'instructions';
    const timeout = options.timeout ?? timeoutFor(job) * (isCounted ? emulationSlowdown : 1);
    // JavaScript has to be in the measured process: that is a Node.js.
    const before = countBefore(refusedProcess('self'));
    const inProcess = { ...options, cpus, timeout };
    const together = job.kind === 'measure' ? job.cases[0]?.processes : undefined;
    const outcome = await (job.cases.some(({ engine }) => engine === 'ffi')
      ? runInChild({ ...job, cpus }, { cpus, timeout, signal: options.signal })
      : isCounted
        ? this.#count(job, inProcess)
        : job.kind === 'measure' && together !== undefined
          ? this.#runTogether(job, together, { ...inProcess, cpus: [cpu, ...others] })
          : this.#runOnStub(job, inProcess));
    if (outcome.kind !== 'failed' || outcome.signal === undefined || this.#target !== undefined)
      return outcome;
    const programs = await this.#programsOf(job.cases);
    const reason = explainEnd(outcome.signal, programs, before, refusedProcess('self'));
    return reason === undefined ? outcome : { kind: 'unavailable', reason, caseIndex: 0 };
  }

  /** The programs of cases, as often as they are set up. */
  async #programsOf(cases: readonly Case[]): Promise<Program[]> {
    const strategyOf = await this.#strategies.load(cases);
    return cases.map((each) => {
      const program = programFor(strategyOf(each) ?? cannotRun(each), workloadOf(each), each);
      // Every thread sets it up.
      return { ...program, instances: (program.instances ?? 1) * (each.threads ?? 1) };
    });
  }

  [Symbol.dispose](): void {
    this.#comeBack();
    this.#contents[Symbol.dispose]();
  }

  /** A job that counts instructions: one that measures does so in several processes. */
  async #count(job: Job, options: StubOptions): Promise<Outcome> {
    const first = await this.#runOnStub({ ...job, isCounted: true }, options);
    const outcomes: [Outcome, ...Outcome[]] = [first];
    while (job.kind === 'measure' && first.kind === 'measured' && outcomes.length < countedProcesses) {
      const iterations = first.forks.map(({ iterationsPerSample }) => iterationsPerSample);
      outcomes.push(await this.#runOnStub({ ...job, iterations, isCounted: true }, options));
    }
    return leastOf(outcomes);
  }

  async #runOnStub(job: Job, options: StubOptions): Promise<Outcome> {
    await using process = new MeasuredOne(this.#target !== undefined);
    try {
      const { bench, policy } = await this.#startBench(job, options, process);
      options.onBench?.(bench);
      if (policy !== undefined) await applyPolicies(bench.target, policy);
      return await carryOut(job, bench);
    } catch (error) {
      return this.#outcomeOf(error, process, options);
    }
  }

  /**
   * Measures a case in so many processes at the same time, each on one of the CPUs while there are enough.
   */
  async #runTogether(job: MeasureJob, count: number, options: StubOptions): Promise<Outcome> {
    const processes: MeasuredOne[] = [];
    try {
      const benches: Bench[] = [];
      for (let index = 0; index < count; index++) {
        const process = new MeasuredOne(false);
        processes.push(process);
        const cpu = options.cpus[index % options.cpus.length] ?? options.cpu;
        const { bench, policy } = await this.#startBench(job, { ...options, cpus: [cpu] }, process, false);
        if (policy !== undefined) await applyPolicies(bench.target, policy);
        benches.push(bench);
      }
      return await carryOutTogether(job, benches);
    } catch (error) {
      const ended = processes.find(({ bench }) => bench !== undefined) ?? new MeasuredOne(false);
      return await this.#outcomeOf(error, ended, options);
    } finally {
      for (const each of processes) await each[Symbol.asyncDispose]();
    }
  }

  /** What a job that went wrong comes to. */
  async #outcomeOf(error: unknown, { target, bench }: MeasuredOne, options: StubOptions): Promise<Outcome> {
    if (!(error instanceof TargetError)) return outcomeOf(error);
    const { signal } = error;
    // A process that has ended by itself cannot tidy up.
    if (target !== undefined && this.#target !== undefined)
      await removeLeftoversThere(target, this.#target, { ...options, contents: [] });
    return { kind: 'failed', reason: describeEnd(error, bench), ...(signal && { signal }) };
  }

  /**
   * Starts a process for a job; `process` keeps it, and ends it. `isAlone`: nothing else runs where this
   * process waits.
   */
  async #startBench(
    job: Job,
    options: StubOptions,
    process: MeasuredOne,
    isAlone = this.#isAlone && options.cpus.length === 1,
  ): Promise<{ readonly bench: Bench; readonly policy: string | undefined }> {
    const architecture = this.#architecture;
    const launcher = [...(options.launcher ?? []), ...this.#launcher];
    const [policy] = job.cases.flatMap((each) => each.policy ?? []);
    const ownPids = policy !== undefined && needsOwnPids(policy);
    if (ownPids && this.#target !== undefined)
      throw new MapbenchError(
        'unavailable',
        `the policy ${policy} needs a pid namespace of its own, which a process of a target has not; leave --target out`,
      );
    const strategyOf = await this.#strategies.load(job.cases);
    const cases: readonly Case[] = job.cases;
    const contents = cases.map((each, index) => this.#contents.of(each, index, architecture));
    const target =
      this.#target === undefined
        ? await StubProcess.start({
            ...options,
            architecture,
            libraries: librariesOf(cases.map(strategyOf)),
            isAlone,
            launcher: launcher.length > 0 ? launcher : undefined,
            pageSize: pageSize(),
            contents: contents.flatMap((each): SharedContent[] =>
              each.file === undefined ? [] : [{ file: each.file.shared(), address: each.address }],
            ),
            ownPids,
          })
        : await this.#target.start({
            ...options,
            contents: contents.flatMap(({ file, address }) =>
              file === undefined ? [] : [{ bytes: file.bytes, address }],
            ),
          });
    process.keep(target, ownPids);
    const bench = new Bench({
      target,
      cpus: options.cpus,
      strategyOf: (wanted) => strategyOf(wanted) ?? cannotRun(wanted),
      contentOf: (wanted) => withStaging(target, contents[cases.indexOf(wanted)] ?? cannotRun(wanted)),
      load: NativeCode.load,
    });
    process.bench = bench;
    return { bench, policy };
  }
}

/** A process that a job was started in, which ends with the job. */
class MeasuredOne implements AsyncDisposable {
  /** What was put into it. */
  bench: Bench | undefined;
  readonly #isOnTarget: boolean;
  #target: MeasuredProcess | undefined;
  #ownPids = false;

  constructor(isOnTarget: boolean) {
    this.#isOnTarget = isOnTarget;
  }

  get target(): MeasuredProcess | undefined {
    return this.#target;
  }

  keep(target: MeasuredProcess, ownPids: boolean): void {
    this.#target = target;
    this.#ownPids = ownPids;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#target?.[Symbol.asyncDispose]();
    if (this.#target !== undefined && !this.#isOnTarget && !this.#ownPids) removeLeftovers(this.#target);
  }
}

/** The shared objects of strategies, each once. */
function librariesOf(strategies: readonly (Strategy | undefined)[]): string[] {
  return [...new Set(strategies.flatMap((each) => each?.library ?? []))];
}

function cannotRun({ id }: Case): never {
  throw new Error(`cannot run ${id} here`);
}

/** How a process ended, with the step in whose code it did. */
function describeEnd({ message, programCounter }: TargetError, bench: Bench | undefined): string {
  if (programCounter === undefined || bench === undefined) return message;
  const step = bench.stepAt(programCounter);
  if (step !== undefined) return `${message} in ${step}`;
  // What is neither a step's code nor the process's own is the module's.
  return (bench.target.libraries?.size ?? 0) === 0
    ? `${message} in execute_module`
    : `${message} in what mapbench_load returned: it is not the module's code, or cannot be run`;
}
