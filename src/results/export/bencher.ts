import type { MeasuredCase, ResultDocument } from '../document.ts';
import { benchmarkNames, decimal, faultsOf, measuredCases } from './common.ts';
import type { Exporter } from './exporter.ts';
import { jsonFile } from './json.ts';

interface Metric {
  readonly value: number;
  readonly lower_value?: number;
  readonly upper_value?: number;
}

/** Bencher takes names of 1024 characters; some are left for numbering. */
const nameLength = 1000;

/**
 * Bencher Metric Format (https://bencher.dev/docs/reference/bencher-metric-format): benchmark, measure,
 * metric.
 */
export const bencher: Exporter = {
  name: 'bencher',
  summary: 'Bencher Metric Format, for `bencher run --adapter json`',
  kind: 'file',
  export: (document) => [jsonFile(metricsOf(document))],
};

function metricsOf(document: ResultDocument): Record<string, Record<string, Metric>> {
  const cases = measuredCases(document);
  const shortened = cases.map((each) => ({ ...each, id: [...each.id].slice(0, nameLength).join('') }));
  const names = benchmarkNames(shortened);
  return Object.fromEntries(cases.map((each, index) => [names[index], measuresOf(each)]));
}

/**
 * Latency in nanoseconds and throughput in iterations a second, as Bencher has them, or instructions; page
 * faults an iteration.
 */
function measuresOf(measured: MeasuredCase): Record<string, Metric> {
  const { unit, low, point, high } = measured.estimate;
  const isTime = unit === 'ns/iter';
  const throughput = isTime ? perSecond(point) : null;
  const faults = faultsOf(measured);
  return {
    [isTime ? 'latency' : 'instructions']: metric(point, low, high),
    // The most iterations a second are those of the least time.
    ...(throughput !== null && { throughput: metric(throughput, perSecond(high), perSecond(low)) }),
    ...(faults !== undefined && { 'page-faults': metric(faults) }),
  };
}

function metric(value: number, lower: number | null = null, upper: number | null = null): Metric {
  return {
    value: decimal(value),
    ...(lower !== null && { lower_value: decimal(lower) }),
    ...(upper !== null && { upper_value: decimal(upper) }),
  };
}

/** Iterations a second; null where there is no such number. */
function perSecond(nanoseconds: number | null): number | null {
  const rate = 1e9 / (nanoseconds ?? 0);
  return Number.isFinite(rate) ? rate : null;
}
