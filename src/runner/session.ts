import { median } from '../statistics/descriptive.ts';
import { estimateOf } from '../statistics/estimate.ts';
import { createRandom } from '../statistics/random.ts';
import { bestSamplesPerFork, splitVariance } from '../statistics/variance.ts';
import type { Forks } from './forks.ts';
import type {
  EventsJob,
  EventsReport,
  ForkReport,
  InstrumentedJob,
  LatencyReport,
  MemoryReport,
  Outcome,
  PhasesReport,
} from './message.ts';
import type { Case, RunOptions } from './plan.ts';

/** Milliseconds of samples in a fork, between which the variance decides. */
const shortestFork = 20;
const longestFork = 1000;

/**
 * Whether a case's interval is as narrow as it was asked for: its half-width as a fraction of the estimate.
 */
export function isPrecise({ forks }: CaseState, precision: number, seed: number): boolean {
  if (forks.length < 2) return false;
  const { point, low, high } = estimateOf(
    forks.map(({ samples }) => samples),
    { seed },
  );
  return (high - low) / 2 <= precision * point;
}

/**
 * Milliseconds of samples that the next fork of a case should take: what tells the most in a given time, by
 * what forks and samples cost and how they vary so far (Kalibera and Jones 2013, `bestSamplesPerFork`).
 */
export function timeOfNextFork(
  { forks, wallTimes }: CaseState,
  { timePerFork, forkTimeoutMs }: RunOptions,
): number {
  const split = splitVariance(forks.map(({ samples }) => samples));
  if (split === undefined) return timePerFork;
  const perSample =
    median(forks.map(({ samples, iterationsPerSample }) => median(samples) * iterationsPerSample)) / 1e6;
  const samplesPerFork = median(forks.map(({ samples }) => samples.length));
  const costOfFork = Math.max(0, median(wallTimes) - samplesPerFork * perSample);
  const best = bestSamplesPerFork(split, { fork: costOfFork, sample: perSample });
  // The other half of the limit is for what a fork does beside its samples.
  const longest = forkTimeoutMs === undefined ? longestFork : Math.min(longestFork, forkTimeoutMs / 2);
  return Math.round(Math.min(longest, Math.max(shortestFork, best * perSample)));
}

/**
 * Which cases a round measures: all up to the planned number, then those that are not precise yet, while
 * there is time.
 */
export function casesOfRound(
  states: readonly CaseState[],
  round: number,
  { forks, precision, maxTimeMs = Number.POSITIVE_INFINITY, seed }: RunOptions,
  elapsed: number,
): CaseState[] {
  const going = states.filter(({ ended }) => ended === undefined);
  if (round <= forks) return going;
  if (precision === undefined || elapsed >= maxTimeMs) return [];
  return going.filter((state) => !isPrecise(state, precision, seed));
}

/** What is known of a case so far. */
export interface CaseState {
  readonly case: Case;
  readonly forks: ForkReport[];
  /** Milliseconds that each fork took in all, with its process. */
  readonly wallTimes: number[];
  /** Why the case is measured no further. */
  ended?: { readonly status: 'unavailable' | 'failed'; readonly reason: string };
}

/** Where a session stands, at the start of a fork. */
export interface Progress {
  readonly case: Case;
  /** Counted from 1. */
  readonly round: number;
  /** Rounds that are planned; more follow where a precision is asked for. */
  readonly rounds: number;
  /** Cases that this round measures. */
  readonly cases: number;
  readonly forksDone: number;
  /** Forks in all, those of ended cases taken off. */
  readonly forksPlanned: number;
}

/** What a session tells while it runs. */
export interface SessionEvents {
  readonly onFork?: (progress: Progress) => void;
  /** After a fork, before the next one: nothing is measured meanwhile. */
  readonly onForkEnd?: (state: CaseState) => void;
  /** After every round, with all states. */
  readonly onRound?: (states: readonly CaseState[]) => void;
}

/**
 * Measures cases in rounds of one fork each, in an order shuffled from the seed: as many as are planned,
 * then, where a precision is asked for, those that it takes. Never rejects for what happens in a child. Once
 * `signal` is aborted it resolves with what was measured so far.
 */
export async function runSession(
  forks: Forks,
  cases: readonly Case[],
  options: RunOptions,
  signal: AbortSignal,
  events: SessionEvents = {},
): Promise<CaseState[]> {
  const states: CaseState[] = cases.map((each) => ({ case: each, forks: [], wallTimes: [] }));
  const random = createRandom(options.seed);
  const startedAt = performance.now();
  let forksDone = 0;
  for (let round = 1; ; round++) {
    const due = casesOfRound(states, round, options, performance.now() - startedAt);
    if (due.length === 0) return states;
    if (round > 1) await forks.renew();
    for (const state of random.shuffle(due)) {
      if (signal.aborted) return states;
      const forksPlanned = forksDone + forksToGo(states, options.forks);
      const place = { round, rounds: options.forks, cases: due.length, forksDone, forksPlanned };
      events.onFork?.({ case: state.case, ...place });
      const time = round <= options.forks ? options.timePerFork : timeOfNextFork(state, options);
      const forkStart = performance.now();
      const iterations = [state.forks[0]?.iterationsPerSample];
      const job = { kind: 'measure', cases: [state.case], time, iterations } as const;
      const outcome = await forks.run(job, { cpu: options.cpu, signal, timeout: options.forkTimeoutMs });
      if (signal.aborted) return states;
      forksDone++;
      if (outcome.kind === 'measured') {
        state.forks.push(...outcome.forks);
        state.wallTimes.push(performance.now() - forkStart);
      } else if (outcome.kind === 'unavailable' || outcome.kind === 'failed') {
        state.ended = endOf(outcome, state.forks.length);
      }
      events.onForkEnd?.(state);
    }
    events.onRound?.(states);
  }
}

/** Planned forks that are still to be measured. */
function forksToGo(states: readonly CaseState[], planned: number): number {
  return states
    .filter(({ ended }) => ended === undefined)
    .reduce((sum, { forks }) => sum + Math.max(0, planned - forks.length), 0);
}

/** A strategy that could be run in an earlier round is not unavailable: something broke. */
function endOf({ kind, reason }: { kind: 'unavailable' | 'failed'; reason: string }, measured: number) {
  if (measured === 0) return { status: kind, reason };
  return {
    status: 'failed',
    reason: `${reason} (after ${measured} ${measured === 1 ? 'fork' : 'forks'})`,
  } as const;
}

/** What the instrumented forks of a case said, if they were asked for. */
export interface InstrumentedReports {
  readonly phases: PhasesReport[];
  readonly latency: LatencyReport[];
  /** What live modules weigh; a sentence where they cannot be weighed. */
  memory?: MemoryReport | string;
  readonly events: EventsReport[];
}

/** Which instrumented forks are asked for. */
export interface Instruments {
  readonly phases: boolean;
  readonly latency: boolean;
  readonly memory: boolean;
  /** Which events are counted. */
  readonly events: readonly string[];
}

/** The kinds of instrumented forks. */
export type InstrumentKind = InstrumentedJob['kind'] | EventsJob['kind'];

/** Instrumented forks of a case, of each kind. They explain; what is compared comes from the others. */
const instrumentedForks = 5;

/**
 * Measures cases again with loops that read the cycle counter, in forks of their own and in rounds as the
 * session's. Cases of the ffi engine have no such loop and are left out. A fork that breaks is left out;
 * never rejects.
 */
export async function runInstrumented(
  forks: Forks,
  cases: readonly Case[],
  instruments: Instruments,
  { forks: planned, timePerFork, cpu, seed, forkTimeoutMs }: RunOptions,
  signal: AbortSignal,
  onFork: (each: Case, kind: InstrumentKind) => void = () => {},
): Promise<Map<string, InstrumentedReports>> {
  const native = cases.filter(({ engine }) => engine === 'native');
  const reports = new Map(
    native.map(({ id }): [string, InstrumentedReports] => [id, { phases: [], latency: [], events: [] }]),
  );
  const { events } = instruments;
  const wanted = { ...instruments, events: events.length > 0 };
  const kinds = (['phases', 'latency', 'memory', 'events'] as const).filter((kind) => wanted[kind]);
  const random = createRandom(seed);
  for (let round = 0; round < Math.min(planned, instrumentedForks); round++) {
    // The first round is in the session's last boot.
    if (round > 0 && kinds.length > 0) await forks.renew();
    for (const kind of kinds) {
      // What a module weighs does not vary.
      if (kind === 'memory' && round > 0) continue;
      for (const each of random.shuffle(native)) {
        if (signal.aborted) return reports;
        onFork(each, kind);
        const common = { cases: [each], time: timePerFork } as const;
        const outcome = await forks.run(
          kind === 'events' ? { kind, events, ...common } : { kind, ...common },
          { cpu, signal, timeout: forkTimeoutMs },
        );
        const own = reports.get(each.id);
        if (outcome.kind === 'phases') own?.phases.push(outcome.report);
        if (outcome.kind === 'latency') own?.latency.push(outcome.report);
        if (outcome.kind === 'events') own?.events.push(outcome.report);
        if (own !== undefined && kind === 'memory') own.memory = memoryIn(outcome);
      }
    }
  }
  return reports;
}

function memoryIn(outcome: Outcome): MemoryReport | string {
  if (outcome.kind === 'memory') return outcome.report;
  return 'reason' in outcome ? outcome.reason : 'it was interrupted';
}
