import { mean, variance } from './descriptive.ts';

/**
 * Variances by level, in the unit of the samples squared. An estimate may be below zero where the true one is
 * small.
 */
export interface VarianceComponents {
  /** Between groups, as hosts. */
  readonly group: number;
  /** Between the subgroups of a group, as forks on a host. */
  readonly subgroup: number;
  /** Between the samples of a subgroup. */
  readonly sample: number;
  readonly mean: number;
}

/** Samples in subgroups in groups. */
export type Nested = readonly (readonly (readonly number[])[])[];

/**
 * Variance components of the two-way nested classification with random effects, for unequal sizes: the
 * estimators of the analysis of variance, which set each sum of squares equal to its expectation (Searle,
 * Casella and McCulloch, "Variance components", 1992, chapter 5 on unbalanced data; Henderson's method 1).
 * They are unbiased, and so may be negative. Undefined for less than two groups, where no group has two
 * subgroups, or no subgroup two samples.
 */
export function varianceComponents(nested: Nested): VarianceComponents | undefined {
  const groups = nested
    .map((subgroups) => subgroups.filter(({ length }) => length > 0))
    .filter(({ length }) => length > 0);
  const subgroups = groups.flat();
  const all = subgroups.flat();
  const freedomOfSubgroups = subgroups.length - groups.length;
  const freedomOfSamples = all.length - subgroups.length;
  if (groups.length < 2 || freedomOfSubgroups === 0 || freedomOfSamples === 0) return undefined;

  const center = mean(all);
  const squares = {
    group: total(groups, (group) => group.flat().length * (mean(group.flat()) - center) ** 2),
    subgroup: total(groups, (group) =>
      total(group, (each) => each.length * (mean(each) - mean(group.flat())) ** 2),
    ),
    sample: total(subgroups, (each) => squaresAround(each, mean(each))),
  };
  // How often each component is in the expectation of each sum of squares (n: samples of a subgroup, of a
  // group, of all).
  const perGroup = total(groups, (group) => total(group, ({ length }) => length ** 2) / group.flat().length);
  const perAll = total(subgroups, ({ length }) => length ** 2) / all.length;
  const groupsPerAll = total(groups, (group) => group.flat().length ** 2) / all.length;

  const sample = squares.sample / freedomOfSamples;
  const subgroup = (squares.subgroup - freedomOfSubgroups * sample) / (all.length - perGroup);
  const group =
    (squares.group - (groups.length - 1) * sample - (perGroup - perAll) * subgroup) /
    (all.length - groupsPerAll);
  return { group, subgroup, sample, mean: center };
}

function total<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((sum, item) => sum + of(item), 0);
}

function squaresAround(values: readonly number[], center: number): number {
  return total(values, (value) => (value - center) ** 2);
}

/** Where the variance of one sample comes from, level by level. */
export interface LevelSplit {
  /** Standard deviations of the levels, each freed of those below it, as fractions of the mean. */
  readonly deviations: Levels;
  /** Fractions of the variance of one sample; their sum is 1. */
  readonly fractions: Levels;
}

/** A figure of each level. */
interface Levels {
  readonly group: number;
  readonly subgroup: number;
  readonly sample: number;
}

/**
 * The components as fractions; one below zero counts as none. Undefined where there is no variance at all.
 */
export function splitLevels(nested: Nested): LevelSplit | undefined {
  const found = varianceComponents(nested);
  if (found === undefined) return undefined;
  const variances = ofLevels((level) => Math.max(0, found[level]));
  const sum = variances.group + variances.subgroup + variances.sample;
  if (sum === 0) return undefined;
  return {
    deviations: ofLevels((level) => Math.sqrt(variances[level]) / found.mean),
    fractions: ofLevels((level) => variances[level] / sum),
  };
}

function ofLevels(of: (level: keyof Levels) => number): Levels {
  return { group: of('group'), subgroup: of('subgroup'), sample: of('sample') };
}

/** Where the variance of a case comes from. */
export interface VarianceSplit {
  /**
   * Standard deviation between forks, freed of what the samples within them explain, as a fraction of the
   * mean.
   */
  readonly between: number;
  /** Standard deviation of a sample within its fork, as a fraction of the mean. */
  readonly within: number;
}

/**
 * Splits the variance of samples of several forks: the one-way analysis of variance with random effects, for
 * groups of unequal size (Searle, Casella, McCulloch, "Variance components", 1992, section 3.6); in Kalibera
 * and Jones, "Rigorous benchmarking in reasonable time", ISMM 2013, the estimates are T2 and T1 squared.
 * Undefined for less than two forks, or if no fork has two samples.
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
 * How many samples a fork should take so that a given time tells the most: sqrt(cost of a fork / cost of a
 * sample x variance within / variance between), the costs in the same unit (Kalibera and Jones 2013, section
 * 6). Infinite where forks do not differ.
 */
export function bestSamplesPerFork(
  { between, within }: VarianceSplit,
  cost: { readonly fork: number; readonly sample: number },
): number {
  if (between === 0) return within === 0 ? 1 : Number.POSITIVE_INFINITY;
  return Math.max(1, (Math.sqrt(cost.fork / cost.sample) * within) / between);
}
