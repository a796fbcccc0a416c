import type { Latency, Phases } from '../results/document.ts';
import { estimateOf } from '../statistics/estimate.ts';
import { median } from '../statistics/quantile.ts';
import type { LatencyReport, PhasesReport } from './message.ts';

/** Where a case's time goes, from its instrumented forks; undefined without any. */
export function phasesOf(reports: readonly PhasesReport[], seed: number): Phases | undefined {
  const [first] = reports;
  if (first === undefined) return undefined;
  const { labels, exposure } = first;
  const steps = labels.map((label, index) => {
    const { point, low, high } = estimateOf(
      reports.map((report) => report.steps[index] ?? []),
      { seed },
    );
    return { ...label, point, low, high };
  });
  const sum = (of: (index: number) => boolean) =>
    steps.reduce((total, { point }, index) => (of(index) ? total + point : total), 0);
  const nanoseconds = sum((index) => exposure[index]?.isWritable ?? false);
  const open = exposure.filter(({ isWritable }) => isWritable).map(({ executable }) => executable);
  return {
    forks: reports.length,
    reading: median(reports.map(({ reading }) => median(reading))),
    iteration: median(reports.map(({ plain }) => median(plain))),
    steps,
    writeWindow: {
      nanoseconds,
      share: nanoseconds / sum(() => true),
      // The worst that is true of any step in which the module can be written.
      executable:
        open.find((each) => each === 'same mapping') ?? open.find((each) => each === 'alias') ?? 'no',
    },
  };
}

/** How long a case's iterations took, from its instrumented forks; undefined without any. */
export function latencyOf(reports: readonly LatencyReport[]): Latency | undefined {
  if (reports.length === 0) return undefined;
  const counts = new Map<number, number>();
  for (const [nanoseconds, count] of reports.flatMap((report) => report.counts))
    counts.set(nanoseconds, (counts.get(nanoseconds) ?? 0) + count);
  return {
    forks: reports.length,
    reading: median(reports.map(({ reading }) => reading)),
    counts: [...counts].sort(([a], [b]) => a - b),
  };
}
