import { createRandom } from '../statistics/random.ts';
import type { Case, RunOptions } from './case.ts';
import type { Forks } from './forks.ts';
import type { ForkReport } from './message.ts';
import { casesOfRound, timeOfNextFork } from './stopping.ts';

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
 * Measures cases in rounds of one fork each, in an order shuffled from the seed: as many as are planned, then, where a
 * precision is asked for, those that it takes. Never rejects for what happens in a child. Once `signal` is aborted it
 * resolves with what was measured so far.
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
