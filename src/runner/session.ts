import { createRandom } from '../statistics/random.ts';
import type { Case, RunOptions } from './case.ts';
import { runFork } from './fork.ts';
import type { ForkReport } from './message.ts';

/** What is known of a case so far. */
export interface CaseState {
  readonly case: Case;
  readonly forks: ForkReport[];
  /** Why the case is measured no further. */
  ended?: { readonly status: 'unavailable' | 'failed'; readonly reason: string };
}

/** Where a session stands, at the start of a fork. */
export interface Progress {
  readonly case: Case;
  /** Counted from 1. */
  readonly round: number;
  readonly rounds: number;
  readonly forksDone: number;
  /** Forks in all, those of ended cases taken off. */
  readonly forksPlanned: number;
}

/** What a session tells while it runs. */
export interface SessionEvents {
  readonly onFork?: (progress: Progress) => void;
  /** After every round, with all states. */
  readonly onRound?: (states: readonly CaseState[]) => void;
}

/**
 * Measures cases in rounds of one fork each, in an order shuffled from the seed. Never rejects for what happens in a
 * child. Once `signal` is aborted it resolves with what was measured so far.
 */
export async function runSession(
  cases: readonly Case[],
  options: RunOptions,
  signal: AbortSignal,
  events: SessionEvents = {},
): Promise<CaseState[]> {
  const states: CaseState[] = cases.map((each) => ({ case: each, forks: [] }));
  const random = createRandom(options.seed);
  let forksDone = 0;
  for (let round = 1; round <= options.forks; round++) {
    for (const state of random.shuffle(states)) {
      if (state.ended !== undefined) continue;
      if (signal.aborted) return states;
      const going = states.filter(({ ended }) => ended === undefined);
      const forksPlanned =
        forksDone + going.reduce((sum, { forks }) => sum + options.forks - forks.length, 0);
      events.onFork?.({ case: state.case, round, rounds: options.forks, forksDone, forksPlanned });
      const outcome = await runFork({ case: state.case, time: options.timePerFork }, options.cpu, signal);
      if (signal.aborted) return states;
      forksDone++;
      if (outcome.kind === 'measured') state.forks.push(outcome.fork);
      else if (outcome.kind !== 'available') state.ended = endOf(outcome, state.forks.length);
    }
    events.onRound?.(states);
  }
  return states;
}

/** A strategy that could be run in an earlier round is not unavailable: something broke. */
function endOf({ kind, reason }: { kind: 'unavailable' | 'failed'; reason: string }, measured: number) {
  if (measured === 0) return { status: kind, reason };
  return {
    status: 'failed',
    reason: `${reason} (after ${measured} ${measured === 1 ? 'fork' : 'forks'})`,
  } as const;
}
