import { diagnose } from '../../statistics/diagnosis.ts';
import { type Drift, driftOf } from '../../statistics/drift.ts';
import { median, quantile } from '../../statistics/quantile.ts';
import { sentenceOf } from '../findings.ts';
import type { ShownCase } from './input.ts';

/** A case's samples in the order in which they were taken, against the median of its forks' medians. */
export interface Strip {
  readonly key: string;
  readonly name: string;
  /** Nanoseconds. */
  readonly median: number;
  readonly forks: readonly StripFork[];
  /** The trend over the forks; undefined for few. */
  readonly drift: Drift | undefined;
  /** What is to be said of the trend, if it is one that matters. */
  readonly remark: string | undefined;
}

/** A fork of a strip. */
interface StripFork {
  /** Nanoseconds. */
  readonly median: number;
  /** As ratios to the case's median. */
  readonly samples: readonly number[];
}

/** The strips of the cases that have samples. */
export function stripsOf(cases: readonly ShownCase[]): Strip[] {
  return cases.flatMap(({ key, name, result: { forks, estimate } }): Strip[] => {
    const measured = forks.map(({ samples }) => samples).filter(({ length }) => length > 0);
    const medians = measured.map(median);
    const middle = medians.length === 0 ? 0 : median(medians);
    if (middle === 0) return [];
    const { point, low, high } = estimate;
    const findings = diagnose(measured, { point, low: low ?? point, high: high ?? point });
    const found = findings.find((finding) => finding.kind === 'drift');
    return [
      {
        key,
        name,
        median: middle,
        forks: measured.map((samples, index) => ({
          median: medians[index] ?? middle,
          samples: samples.map((sample) => sample / middle),
        })),
        drift: driftOf(medians),
        remark: found && sentenceOf(found),
      },
    ];
  });
}

/** A range of values that lie side by side. */
export interface Bin {
  readonly low: number;
  readonly middle: number;
  readonly high: number;
}

/** Values in their order, in at most so many bins. */
export function binned(values: readonly number[], most: number): Bin[] {
  const bins = Math.min(most, values.length);
  return Array.from({ length: bins }, (_, index) => {
    const from = Math.floor((index * values.length) / bins);
    const inside = values.slice(from, Math.floor(((index + 1) * values.length) / bins));
    return { low: Math.min(...inside), middle: median(inside), high: Math.max(...inside) };
  });
}

/** A deviation that the strips show at least, and at most: what is beyond stands at the edge. */
const [leastShown, mostShown] = [0.03, 0.5];

/** The deviation up to which strips are drawn: it holds nearly all samples of most cases, and nearly all forks of each. */
export function deviationShown(strips: readonly Strip[]): number {
  if (strips.length === 0) return leastShown;
  const samples = strips.map(({ forks }) => reachOf(forks.flatMap((fork) => fork.samples)));
  const medians = strips.map(({ forks, median: middle }) =>
    reachOf(forks.map((fork) => fork.median / middle)),
  );
  const reach = Math.max(quantile(samples, 0.8), ...medians);
  return Math.min(mostShown, Math.max(leastShown, Math.ceil(reach * 100) / 100));
}

/** How far from 1 nearly all ratios lie at most. */
function reachOf(ratios: readonly number[]): number {
  return quantile(
    ratios.map((ratio) => Math.abs(ratio - 1)),
    0.93,
  );
}
