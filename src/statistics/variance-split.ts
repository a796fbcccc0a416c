import { mean, variance } from './quantile.ts';

/** Where the variance of a case comes from. */
export interface VarianceSplit {
  /** Standard deviation between forks, freed of what the samples within them explain, as a share of the mean. */
  readonly between: number;
  /** Standard deviation of a sample within its fork, as a share of the mean. */
  readonly within: number;
}

/**
 * Splits the variance of samples of several forks: the one-way analysis of variance with random effects, for groups of
 * unequal size (Searle, Casella, McCulloch, "Variance components", 1992, section 3.6); in Kalibera and Jones, "Rigorous
 * benchmarking in reasonable time", ISMM 2013, the estimates are T2 and T1 squared. Undefined for less than two forks,
 * or if no fork has two samples.
 */
export function splitVariance(forks: readonly (readonly number[])[]): VarianceSplit | undefined {
  const groups = forks.filter(({ length }) => length > 0);
  const sizes = groups.map(({ length }) => length);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const freedomWithin = total - groups.length;
  if (groups.length < 2 || freedomWithin === 0) return undefined;
  const center = mean(groups.flat());
  const sum = (of: (group: readonly number[]) => number) =>
    groups.reduce((before, group) => before + of(group), 0);
  const squaresWithin = sum((group) => (group.length > 1 ? variance(group) * (group.length - 1) : 0));
  const squaresBetween = sum((group) => group.length * (mean(group) - center) ** 2);
  const within = squaresWithin / freedomWithin;
  const typicalSize = (total - sum(({ length }) => length ** 2) / total) / (groups.length - 1);
  const between = Math.max(0, (squaresBetween / (groups.length - 1) - within) / typicalSize);
  return { between: Math.sqrt(between) / center, within: Math.sqrt(within) / center };
}

/**
 * How many samples a fork should take so that a given time tells the most: sqrt(cost of a fork / cost of a sample x
 * variance within / variance between), the costs in the same unit (Kalibera and Jones 2013, section 6). Infinite where
 * forks do not differ.
 */
export function bestSamplesPerFork(
  { between, within }: VarianceSplit,
  cost: { readonly fork: number; readonly sample: number },
): number {
  if (between === 0) return within === 0 ? 1 : Number.POSITIVE_INFINITY;
  return Math.max(1, (Math.sqrt(cost.fork / cost.sample) * within) / between);
}
