import { median } from '../statistics/quantile.ts';
import { createRandom } from '../statistics/random.ts';
import type { Case } from './case.ts';
import { runFork } from './fork.ts';
import type { ForkReport } from './message.ts';

/** The two sides of a paired comparison. */
export type Side = 'a' | 'b';

/** How long a paired comparison measures. */
export interface PairedOptions {
  readonly cpu: number;
  /** Milliseconds of samples in every fork. */
  readonly timePerFork: number;
  /** Milliseconds after which no further block is begun. */
  readonly duration: number;
  /** Blocks that are measured even if the time is up. */
  readonly leastBlocks: number;
  readonly seed: number;
}

/** What a paired comparison measured. */
export interface PairedResult {
  readonly forks: Readonly<Record<Side, ForkReport[]>>;
  /** ln(b / a) of each whole block. */
  readonly logRatios: number[];
  /** Why it ended early, and on which side. */
  readonly ended?: {
    readonly side: Side;
    readonly status: 'unavailable' | 'failed';
    readonly reason: string;
  };
}

const orders: readonly (readonly Side[])[] = [
  ['a', 'b', 'b', 'a'],
  ['b', 'a', 'a', 'b'],
];

/**
 * Measures two cases in blocks of four forks, ABBA or BAAB by the toss of a seeded coin, so that drift that is linear
 * over a block cancels in the block's ratio.
 */
export async function runPaired(
  cases: Readonly<Record<Side, Case>>,
  options: PairedOptions,
  signal: AbortSignal,
  onBlock: (blocks: number) => void = () => {},
): Promise<PairedResult> {
  const random = createRandom(options.seed);
  const forks: Record<Side, ForkReport[]> = { a: [], b: [] };
  const logRatios: number[] = [];
  const start = performance.now();
  while (logRatios.length < options.leastBlocks || performance.now() - start < options.duration) {
    onBlock(logRatios.length);
    let logRatio = 0;
    for (const side of orders[random.integer(orders.length)] ?? []) {
      const outcome = await runFork({ case: cases[side], time: options.timePerFork }, options.cpu, signal);
      if (signal.aborted) return { forks, logRatios };
      if (outcome.kind === 'unavailable' || outcome.kind === 'failed') {
        return { forks, logRatios, ended: { side, status: outcome.kind, reason: outcome.reason } };
      }
      if (outcome.kind !== 'measured') throw new Error(`an ${outcome.kind} fork measured nothing`);
      forks[side].push(outcome.fork);
      const log = Math.log(median(outcome.fork.samples)) / 2;
      logRatio += side === 'b' ? log : -log;
    }
    logRatios.push(logRatio);
  }
  return { forks, logRatios };
}
