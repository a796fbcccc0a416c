import { displayUnit, formatIn, formatWith } from '../../format/numbers.ts';
import { quantileOfSorted } from '../../statistics/descriptive.ts';
import type { CaseResult, Estimate, MeasuredCase, ResultDocument } from '../document.ts';

/** Text from a document on one line, without controls and halves of surrogate pairs. */
export function oneLine(text: string): string {
  return text
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .replace(/\p{Cs}/gu, '\uFFFD')
    .trim();
}

/** `1 fork`, `5 forks`. */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** The cases that were measured. */
export function measuredCases({ cases }: ResultDocument): MeasuredCase[] {
  return cases.filter((each) => each.status === 'measured');
}

/** The measured cases whose samples are known: figures taken from elsewhere may be estimates alone. */
export function sampledCases(document: ResultDocument): MeasuredCase[] {
  return measuredCases(document).filter((each) => samplesOf(each).length > 0);
}

/** The same, of what takes time: formats that hold times alone cannot say instructions. */
export function timedCases(document: ResultDocument): MeasuredCase[] {
  return sampledCases(document).filter(({ estimate }) => estimate.unit === 'ns/iter');
}

/** What an iteration costs, of all forks one after the other. */
export function samplesOf({ forks }: MeasuredCase): number[] {
  return forks.flatMap(({ samples }) => samples);
}

/** Minor and major page faults an iteration; undefined = not counted. */
export function faultsOf({ counters }: MeasuredCase): number | undefined {
  return counters && counters.minorFaultsPerIteration + counters.majorFaultsPerIteration;
}

/** What a case's id says besides the strategy, as `pages=4/layout=merged`. */
export function settingsOf({ id, strategy }: CaseResult): string {
  if (id === strategy) return '';
  return id.startsWith(`${strategy}/`) ? id.slice(strategy.length + 1) : id;
}

/** Names for consumers that distinguish benchmarks by name alone: the ids, on one line each. */
export function benchmarkNames(cases: readonly CaseResult[]): string[] {
  return distinct(
    cases.map(({ id }) => oneLine(id) || 'unnamed'),
    (name, number) => `${name} #${number}`,
  );
}

/** The names, with every name that was there before numbered from 2. */
export function distinct(
  names: readonly string[],
  numbered: (name: string, number: number) => string,
): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let free = name;
    for (let number = 2; taken.has(free); number++) free = numbered(name, number);
    taken.add(free);
    return free;
  });
}

/**
 * Nanoseconds or instructions as files hold them: with three decimals, below a tenth of what a clock read
 * over a batch can tell.
 */
export function decimal(cost: number): number {
  return Number(cost.toFixed(3));
}

/**
 * `[116.4 117.5 119.0] ns`: low, estimate and high in the unit that suits the estimate; or `4.600 µs` alone.
 */
export function formatInterval({ unit: of, low, point, high }: Estimate): string {
  const unit = displayUnit(point, of);
  if (low === null || high === null) return formatWith(point, unit);
  return `[${[low, point, high].map((cost) => formatIn(cost, unit)).join(' ')}] ${unit}`;
}

/** `95 %`. */
export function formatConfidence(fraction: number): string {
  return `${decimal(fraction * 100)} %`;
}

/** What other harnesses tell of a sample, in its unit and by criterion's names. */
export interface Statistics {
  readonly mean: number;
  readonly median: number;
  readonly median_abs_dev: number;
  readonly std_dev: number;
}

/** Makes the median absolute deviation of a normal distribution its standard deviation. */
const normalConsistency = 1.4826;

/** The statistics of values in ascending order. The standard deviation (n - 1) of one value is 0. */
export function statisticsOf(values: Float64Array): Statistics {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const median = quantileOfSorted(values, 0.5);
  return {
    mean,
    median,
    median_abs_dev: normalConsistency * medianDeviation(values, median),
    std_dev: Math.sqrt(squares / Math.max(1, values.length - 1)),
  };
}

/**
 * The median of the distances to a centre. They grow to both sides of it, so the sides are merged up to the
 * middle: thousands of resamples are to be had in a second, which sorting does not give.
 */
function medianDeviation(values: Float64Array, center: number): number {
  let above = values.findIndex((value) => value >= center);
  let below = above - 1;
  const next = () => {
    const toBelow = below < 0 ? Number.POSITIVE_INFINITY : center - (values[below] as number);
    const toAbove = above === values.length ? Number.POSITIVE_INFINITY : (values[above] as number) - center;
    if (toBelow < toAbove) below--;
    else above++;
    return Math.min(toBelow, toAbove);
  };
  let [lower, upper] = [0, 0];
  for (let rank = 0; rank <= values.length >> 1; rank++) [lower, upper] = [upper, next()];
  return values.length % 2 === 1 ? upper : (lower + upper) / 2;
}
