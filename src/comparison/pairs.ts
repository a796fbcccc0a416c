import type { Estimate } from '../results/document.ts';
import { type Change, changeOf, differenceOfPairs, minimumDetectable } from '../statistics/change.ts';
import { estimateOf } from '../statistics/estimate.ts';
import { defaultMargin, type Verdict, verdictOf } from './verdict.ts';

/** The forks of both sides, and ln(b / a) of each fork. */
export interface Pairs {
  readonly forks: Readonly<Record<'a' | 'b', readonly { readonly samples: readonly number[] }[]>>;
  readonly logRatios: readonly number[];
}

/** What pairs of forks say. */
export interface JudgedPairs {
  readonly estimates: Readonly<Record<'a' | 'b', Estimate>>;
  /** Processes that measured both sides. */
  readonly pairs: number;
  /** Of b against a. */
  readonly change: Change;
  readonly verdict: Verdict;
  /** As a fraction. */
  readonly threshold: number;
  /** The smallest slowdown that would have been found with a probability of 95 %, as a fraction. */
  readonly minimumDetectable: number;
}

/** The chance of a false positive. */
const alpha = 0.01;

/** Judges b against a; undefined for less than two forks. */
export function judgePairs(
  { forks, logRatios }: Pairs,
  threshold: number,
  margin = defaultMargin['ns/iter'],
): JudgedPairs | undefined {
  if (logRatios.length < 2) return undefined;
  const difference = differenceOfPairs(logRatios);
  const change = changeOf(difference, { threshold });
  return {
    estimates: { a: estimate(forks.a), b: estimate(forks.b) },
    pairs: logRatios.length,
    change,
    verdict: verdictOf(change, change.pBeyondThreshold < alpha, margin),
    threshold,
    minimumDetectable: minimumDetectable(difference, threshold, { alpha }),
  };
}

/** Whether these pairs would show a slowdown of this size, as a fraction, with a probability of 95 %. */
export function canDetect({ logRatios }: Pick<Pairs, 'logRatios'>, threshold: number, size: number): boolean {
  return (
    logRatios.length >= 2 && minimumDetectable(differenceOfPairs(logRatios), threshold, { alpha }) <= size
  );
}

function estimate(forks: readonly { readonly samples: readonly number[] }[]): Estimate {
  return { unit: 'ns/iter', ...estimateOf(forks.map(({ samples }) => samples)) };
}
