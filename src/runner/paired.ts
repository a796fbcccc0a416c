import { median } from '../statistics/descriptive.ts';
import { createRandom } from '../statistics/random.ts';
import { Forks } from './forks.ts';
import type { ForkReport, Job } from './message.ts';
import type { Case } from './plan.ts';

/** The two sides of a paired comparison. */
export type Side = 'a' | 'b';

/** How long a paired comparison measures. */
export interface PairedOptions {
  readonly cpu: number;
  /** Milliseconds of samples of each side in every fork. */
  readonly timePerFork: number;
  /** Milliseconds after which no further fork is begun. */
  readonly duration: number;
  /** Forks that are measured even if the time is up. */
  readonly minForks: number;
  readonly seed: number;
}

/** What a paired comparison tells while it runs. */
export interface PairedEvents {
  /** After every fork. */
  readonly onFork?: (result: PairedResult) => void;
  /** Asked after every fork from `minForks` on; measuring ends once it returns true. */
  readonly isEnough?: (result: PairedResult) => boolean;
}

/** What a paired comparison measured. */
export interface PairedResult {
  /** Those of one index were measured in the same process. */
  readonly forks: Readonly<Record<Side, readonly ForkReport[]>>;
  /** ln(b / a) of each fork. */
  readonly logRatios: readonly number[];
  /** Why it ended early, and on which side, if it is known. */
  readonly ended?: {
    readonly side?: Side;
    readonly status: 'unavailable' | 'failed';
    readonly reason: string;
  };
}

/**
 * Measures two cases side by side: in every fork both are set up, in an order drawn from the seed, and their
 * batches alternate in blocks of four (ABBA), so that what the machine does to both cancels in the fork's
 * ratio.
 */
export async function runPaired(
  cases: Readonly<Record<Side, Case>>,
  options: PairedOptions,
  signal: AbortSignal,
  { onFork = () => {}, isEnough = () => false }: PairedEvents = {},
): Promise<PairedResult> {
  using forks = new Forks({ cpu: options.cpu });
  const random = createRandom(options.seed);
  const reports: Record<Side, ForkReport[]> = { a: [], b: [] };
  const logRatios: number[] = [];
  const result = { forks: reports, logRatios };
  const start = performance.now();
  while (logRatios.length < options.minForks || performance.now() - start < options.duration) {
    const order = random.shuffle<Side>(['a', 'b']);
    const job: Job = {
      kind: 'measure',
      cases: order.map((side) => cases[side]),
      time: options.timePerFork,
      iterations: order.map((side) => reports[side][0]?.iterationsPerSample),
    };
    const outcome = await forks.run(job, { cpu: options.cpu, signal });
    if (signal.aborted) return result;
    if (outcome.kind === 'unavailable' || outcome.kind === 'failed') {
      const side = outcome.caseIndex === undefined ? undefined : order[outcome.caseIndex];
      const ended = { status: outcome.kind, reason: outcome.reason };
      return { ...result, ended: side === undefined ? ended : { ...ended, side } };
    }
    if (outcome.kind !== 'measured') throw new Error('a fork measured nothing');
    const [first, second] = outcome.forks;
    if (first === undefined || second === undefined) throw new Error('a fork did not measure both sides');
    const [a, b] = order[0] === 'a' ? [first, second] : [second, first];
    reports.a.push(a);
    reports.b.push(b);
    logRatios.push(logRatioOf(a, b));
    onFork(result);
    if (logRatios.length >= options.minForks && isEnough(result)) break;
  }
  return result;
}

/**
 * ln(b / a): the median over neighbouring samples, so that a change of the machine within the fork counts
 * little.
 */
function logRatioOf(a: ForkReport, b: ForkReport): number {
  return median(a.samples.map((sample, index) => Math.log((b.samples[index] as number) / sample)));
}
