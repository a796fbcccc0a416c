import { densityOf } from '../../statistics/density.ts';
import { median, quantileOfSorted, sorted } from '../../statistics/quantile.ts';
import type { ShownCase } from './input.ts';

/** A case's samples as a shape. Times in nanoseconds. */
export interface Violin {
  readonly key: string;
  readonly name: string;
  readonly count: number;
  readonly p01: number;
  readonly p25: number;
  readonly median: number;
  readonly p75: number;
  readonly p99: number;
  /** Each fork's median, in the order in which they were measured. */
  readonly forks: readonly number[];
  /** Ratios to the median with their densities, of which the greatest is 1; none where all samples are equal. */
  readonly shape: readonly { readonly ratio: number; readonly density: number }[];
  /** The share of the samples beyond the range that is shown. */
  readonly outside: number;
}

/** The shapes of several cases over a common range of ratios to their medians. */
export interface Violins {
  readonly rows: readonly Violin[];
  readonly range: readonly [number, number];
}

const places = 96;

/** Ratios that are shown at least, and at most: beyond are outliers that would flatten all shapes. */
const leastRange = 1.03;
const mostRange = 8;

/** The share of the cases whose whole bulk is shown; a few wild ones may be cut. */
const shareShown = 0.95;

/** The shapes of the cases that have samples; samples of 0 have no logarithm and are passed over. */
export function violinsOf(cases: readonly ShownCase[]): Violins {
  const measured = cases.flatMap(({ key, name, result }) => {
    const forks = result.forks.map(({ samples }) => samples.filter((sample) => sample > 0));
    const known = forks.filter(({ length }) => length > 0);
    return known.length === 0 ? [] : [{ key, name, forks: known, ordered: sorted(known.flat()) }];
  });
  const range = rangeOf(measured.map(({ ordered }) => ordered));
  const [from, to] = [Math.log(range[0]), Math.log(range[1])];
  const rows = measured.map(({ key, name, forks, ordered }): Violin => {
    const at = (probability: number) => quantileOfSorted(ordered, probability);
    const middle = at(0.5);
    const ratios = Array.from(ordered, (sample) => Math.log(sample / middle));
    const density = densityOf(ratios, { from, to, places }) ?? [];
    const top = Math.max(...density.map((point) => point.density), Number.MIN_VALUE);
    return {
      key,
      name,
      count: ordered.length,
      ...{ p01: at(0.01), p25: at(0.25), median: middle, p75: at(0.75), p99: at(0.99) },
      forks: forks.map(median),
      shape: density.map((point) => ({ ratio: Math.exp(point.at), density: point.density / top })),
      outside: ratios.filter((ratio) => ratio < from || ratio > to).length / ratios.length,
    };
  });
  return { rows, range };
}

/** The range that holds the bulk of most cases. */
function rangeOf(cases: readonly Float64Array[]): [number, number] {
  if (cases.length === 0) return [1, 1];
  const reachOf = (probability: number) => {
    const reaches = cases.map((ordered) =>
      Math.abs(Math.log(quantileOfSorted(ordered, probability) / quantileOfSorted(ordered, 0.5))),
    );
    const reach = Math.exp(1.3 * quantileOfSorted(sorted(reaches), shareShown));
    return Math.min(mostRange, Math.max(leastRange, reach));
  };
  return [1 / reachOf(0.03), reachOf(0.95)];
}
