import { estimateOf } from '../statistics/estimate.ts';
import { median } from '../statistics/quantile.ts';
import { bestSamplesPerFork, splitVariance } from '../statistics/variance-split.ts';
import type { RunOptions } from './case.ts';
import type { CaseState } from './session.ts';

/** Milliseconds of samples in a fork, between which the variance decides. */
const shortestFork = 20;
const longestFork = 1000;

/** Whether a case's interval is as narrow as it was asked for: its half-width as a share of the estimate. */
export function isPrecise({ forks }: CaseState, precision: number, seed: number): boolean {
  if (forks.length < 2) return false;
  const { point, low, high } = estimateOf(
    forks.map(({ samples }) => samples),
    { seed },
  );
  return (high - low) / 2 <= precision * point;
}

/**
 * Milliseconds of samples that the next fork of a case should take: what tells the most in a given time, by what forks and
 * samples cost and how they vary so far (Kalibera and Jones 2013, `bestSamplesPerFork`).
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

/** Which cases a round measures: all up to the planned number, then those that are not precise yet, while there is time. */
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
