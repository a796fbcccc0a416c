import type { ForkResult, MeasuredCase, Phases, ResultDocument } from '../results/document.ts';
import { trimmedMean } from '../statistics/change.ts';
import { mean, median } from '../statistics/descriptive.ts';
import { estimateOf } from '../statistics/estimate.ts';
import type { RunValue } from '../statistics/runs.ts';

/**
 * Several runs as one document in which the run is the unit: what stands for a fork is a run, and its samples
 * are the medians of its forks. Facts, options and instruments are those of the latest run.
 */
export function mergedRuns(documents: readonly ResultDocument[]): ResultDocument {
  const runs = documents.toSorted((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt));
  const last = runs.at(-1);
  if (last === undefined) throw new RangeError('no runs');
  const ids = [...new Set(runs.flatMap(({ cases }) => cases.map(({ id }) => id)))];
  return {
    ...last,
    options: { ...last.options, runs: runs.length },
    cases: ids.flatMap((id) => mergedCase(id, runs) ?? []),
  };
}

/** A case of all runs in which it was measured; as in the latest run where it was measured in none. */
function mergedCase(id: string, runs: readonly ResultDocument[]) {
  const found = runs.flatMap(({ createdAt, options, cases }) => {
    const each = cases.find((candidate) => candidate.id === id);
    return each === undefined ? [] : [{ each, createdAt, seed: options.seed }];
  });
  const measured = found.flatMap(({ each, ...run }) =>
    each.status === 'measured' && each.forks.some(({ samples }) => samples.length > 0)
      ? [{ ...run, each }]
      : [],
  );
  const last = measured.at(-1);
  if (last === undefined) return found.at(-1)?.each;
  const forks = measured.map(({ each, createdAt }) => runAsFork(each, createdAt));
  const { mean: _, phases: __, events: ___, ...rest } = last.each;
  const phases = mergedPhases(measured.map(({ each }) => each));
  const samples = forks.map((fork) => fork.samples);
  const estimate = { unit: rest.estimate.unit, ...estimateOf(samples, { seed: last.seed ?? 1 }) };
  const events = mergedEvents(measured.map(({ each }) => each));
  return { ...rest, forks, estimate, ...(phases && { phases }), ...(events.length > 0 && { events }) };
}

function runAsFork({ forks }: MeasuredCase, createdAt: string): ForkResult {
  const samples = forks.flatMap((fork) => (fork.samples.length > 0 ? [median(fork.samples)] : []));
  const { pid, cpu, iterationsPerSample } = forks[0] as ForkResult;
  const counts = meansOf(forks.flatMap((fork) => (fork.counts === undefined ? [] : [fork.counts])));
  return { pid, cpu, iterationsPerSample, samples, counts, addresses: {}, startedAt: createdAt };
}

function meansOf(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const names = [...new Set(all.flatMap((counts) => Object.keys(counts)))];
  return Object.fromEntries(names.map((name) => [name, mean(all.flatMap((counts) => counts[name] ?? []))]));
}

/** Events that were counted in any run: of each run the median of its forks. */
function mergedEvents(all: readonly MeasuredCase[]): NonNullable<MeasuredCase['events']> {
  const counted = all.flatMap(({ events = [] }) => events);
  return [...new Set(counted.map(({ name }) => name))].map((name) => {
    const counts = counted.filter((event) => event.name === name).map(({ point }) => point);
    return { name, counts, ...estimateOf(counts.map((count) => [count])) };
  });
}

/** The steps of all runs that have the same: medians, between the outermost bounds. */
function mergedPhases(all: readonly MeasuredCase[]): Phases | undefined {
  const phases = all.flatMap((each) => each.phases ?? []);
  const last = phases.at(-1);
  if (last === undefined) return undefined;
  const texts = ({ steps }: Phases) => steps.map(({ text }) => text).join('\n');
  const alike = phases.filter((each) => texts(each) === texts(last));
  const steps = last.steps.map((step, index) => {
    const ofRuns = alike.flatMap(({ steps: own }) => own[index] ?? []);
    return {
      ...step,
      point: median(ofRuns.map(({ point }) => point)),
      low: Math.min(...ofRuns.map(({ low }) => low)),
      high: Math.max(...ofRuns.map(({ high }) => high)),
    };
  });
  return { ...last, steps };
}

/** The values of a case of merged runs. */
export function runValues({ forks }: MeasuredCase): RunValue[] {
  return forks.map(({ samples, startedAt }) => ({
    at: startedAt === undefined ? 0 : Date.parse(startedAt),
    log: Math.log(median(samples)),
    ...(samples.length > 1 && { squaredError: trimmedMean(samples.map(Math.log)).squaredError }),
  }));
}
