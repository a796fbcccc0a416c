import type { CostUnit } from '../format/numbers.ts';
import {
  type CaseResult,
  type Counters,
  documentSchemaName,
  type ForkResult,
  type HostFinding,
  type Latency,
  type MeasuredCase,
  type Phases,
  type ResultDocument,
} from '../results/document.ts';
import { mean, median } from '../statistics/descriptive.ts';
import { estimateOf, type Statistic } from '../statistics/estimate.ts';
import type { Host } from '../system/host.ts';
import type { Counts, EventsReport, ForkReport, LatencyReport, PhasesReport } from './message.ts';
import type { PairedOptions, PairedResult, Side } from './paired.ts';
import type { Case, RunOptions } from './plan.ts';
import type { CaseState, InstrumentedReports } from './session.ts';

/** Where a case's time goes, from its instrumented forks; undefined without any. */
function phasesOf(reports: readonly PhasesReport[], seed: number): Phases | undefined {
  const [first] = reports;
  if (first === undefined) return undefined;
  const { labels, exposure, user } = first;
  const steps = labels.map((label, index) => {
    const { point, low, high } = estimateOf(
      reports.map((report) => report.steps[index] ?? []),
      { seed },
    );
    const inUserMode = user?.[index];
    return { ...label, point, low, high, ...(inUserMode !== undefined && { user: inUserMode }) };
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
    ...(exposure.length > 0 && {
      writeWindow: {
        nanoseconds,
        share: nanoseconds / sum(() => true),
        // The worst that is true of any step in which the module can be written.
        executable:
          open.find((each) => each === 'same mapping') ?? open.find((each) => each === 'alias') ?? 'no',
      },
    }),
  };
}

/** How long a case's iterations took, from its instrumented forks; undefined without any. */
function latencyOf(reports: readonly LatencyReport[]): Latency | undefined {
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

/** What a document says beside what was measured. */
export interface About {
  readonly version: string;
  readonly createdAt: Date;
  readonly host: Host;
  readonly interrupted: boolean;
  /** Milliseconds from the first fork's start to the last one's end. */
  readonly elapsed?: number;
  /** What was found about the host. */
  readonly findings?: readonly HostFinding[];
}

/** The result document of a session, whole or interrupted. */
export function documentOf(
  states: readonly CaseState[],
  options: RunOptions,
  about: About,
  instrumented: ReadonlyMap<string, InstrumentedReports> = new Map(),
): ResultDocument {
  return {
    ...headOf(about),
    ...(about.elapsed !== undefined && { elapsed: elapsedOf(about.elapsed, states) }),
    options: optionsOf(options),
    cases: casesOf(states, options, instrumented),
  };
}

/** How long a session took, and how much of that were samples. */
function elapsedOf(total: number, states: readonly CaseState[]): ResultDocument['elapsed'] {
  const nanoseconds = states.flatMap(({ forks }) => forks).reduce((sum, fork) => sum + fork.measuredTime, 0);
  return { total, measuring: nanoseconds / 1e6 };
}

function optionsOf({
  strategies,
  pages,
  threads,
  processes,
  ...rest
}: RunOptions): ResultDocument['options'] {
  return {
    ...rest,
    strategies: [...strategies],
    pages: [...pages],
    ...(threads && { threads: [...threads] }),
    ...(processes && { processes: [...processes] }),
  };
}

function headOf({ version, createdAt, host, interrupted, findings }: About) {
  return {
    schema: documentSchemaName as typeof documentSchemaName,
    tool: { name: 'mapbench', version },
    createdAt: createdAt.toISOString(),
    host: { ...host },
    ...(findings && { findings: findings.map((each) => ({ ...each })) }),
    ...(interrupted && { interrupted }),
  };
}

function casesOf(
  states: readonly CaseState[],
  options: Pick<RunOptions, 'seed' | 'metric'>,
  instrumented: ReadonlyMap<string, InstrumentedReports> = new Map(),
): CaseResult[] {
  return states
    .filter(({ forks, ended }) => forks.length > 0 || ended !== undefined)
    .map((state) => resultOf(state, options, instrumented.get(state.case.id)));
}

/**
 * The result document of a paired comparison: its two sides as cases whose forks of one index are one
 * process.
 */
export function pairedDocumentOf(
  cases: Readonly<Record<Side, Case>>,
  { forks }: Pick<PairedResult, 'forks'>,
  options: PairedOptions,
  about: About,
): ResultDocument {
  const { a, b } = cases;
  const sides = (['a', 'b'] as const).map((side): CaseState => {
    const id = `${side === 'a' ? 'A' : 'B'}: ${cases[side].id}`;
    return { case: { ...cases[side], id }, forks: [...forks[side]], wallTimes: [] };
  });
  const both = <T>(of: (each: Case) => T) => [...new Set([of(a), of(b)])];
  const [engine, ...otherEngines] = both((each) => each.engine);
  const [layout, ...otherLayouts] = both((each) => each.layout);
  return {
    ...headOf(about),
    options: {
      strategies: both((each) => each.strategy),
      pages: both((each) => each.pages),
      ...(otherEngines.length === 0 && { engine }),
      ...(otherLayouts.length === 0 && { layout }),
      timePerFork: options.timePerFork,
      seed: options.seed,
      cpu: options.cpu,
    },
    pairs: [{ a: `A: ${a.id}`, b: `B: ${b.id}` }],
    cases: casesOf(sides, options),
  };
}

function resultOf(
  { case: measured, forks, ended }: CaseState,
  { seed, metric }: Pick<RunOptions, 'seed' | 'metric'>,
  instrumented: InstrumentedReports | undefined,
): CaseResult {
  const unit: CostUnit = metric === 'instructions' ? 'instructions/iter' : 'ns/iter';
  const common = { ...measured, forks: forks.map(forkResult) };
  if (ended !== undefined) return { ...common, ...ended };
  const samples = forks.map((fork) => fork.samples);
  const estimated = (statistic: Statistic) => ({
    unit,
    ...estimateOf(samples, { statistic, seed }),
  });
  const phases = phasesOf(instrumented?.phases ?? [], seed);
  const latency = latencyOf(instrumented?.latency ?? []);
  const slowdown = slowdownOf(forks, seed);
  return {
    ...common,
    status: 'measured',
    estimate: estimated('median'),
    mean: estimated('mean'),
    // Faults of backgroundThreads that fault cannot be told from those of the loading threads.
    ...(measured.background !== 'fault' && { counters: countersOf(forks) }),
    ...(slowdown && { slowdown }),
    ...(phases && { phases }),
    ...(latency && { latency }),
    ...memoryOf(instrumented?.memory),
    ...eventsOf(instrumented?.events ?? [], seed),
  };
}

function forkResult({
  pid,
  cpu,
  iterationsPerSample,
  samples,
  addresses,
  counts,
  threads,
}: ForkReport): ForkResult {
  return {
    ...{ pid, cpu, iterationsPerSample },
    samples: [...samples],
    counts: { ...counts.perIteration },
    addresses: { ...addresses },
    ...(threads && { threads: { loaders: [...threads.loaders], slowdowns: [...threads.slowdowns] } }),
  };
}

/** Of the median of the forks' medians; nothing without backgroundThreads. */
function slowdownOf(forks: readonly ForkReport[], seed: number) {
  const slowdowns = forks.flatMap(({ threads }) => (threads?.slowdowns.length ? [threads.slowdowns] : []));
  if (slowdowns.length === 0) return undefined;
  return estimateOf(slowdowns, { statistic: 'median', seed });
}

/** What was counted of the events that were asked for, from the forks that count them. */
function eventsOf(reports: readonly EventsReport[], seed: number): Pick<MeasuredCase, 'events'> {
  const names = [...new Set(reports.flatMap(({ perLoad }) => Object.keys(perLoad)))];
  if (names.length === 0) return {};
  const events = names.map((name) => {
    const counts = reports.flatMap(({ perLoad }) => perLoad[name] ?? []);
    const forks = counts.map((count) => [count]);
    return { name, counts, ...estimateOf(forks, { seed }) };
  });
  return { events };
}

/** What live modules weigh, or why that is not known. */
function memoryOf(memory: InstrumentedReports['memory']): Pick<MeasuredCase, 'memory' | 'noMemory'> {
  if (memory === undefined) return {};
  if (typeof memory === 'string') return { noMemory: memory };
  const { left, afterFork, ...rest } = memory;
  return { memory: { ...rest, left: { ...left }, ...(afterFork && { afterFork: { ...afterFork } }) } };
}

/** Means over the forks, which all count alike. */
function countersOf(forks: readonly ForkReport[]): Counters {
  const counts = forks.map((fork) => fork.counts);
  const names = [...new Set(counts.flatMap(({ perIteration }) => Object.keys(perIteration)))];
  const means = names.map((name): [string, number] => [
    name,
    mean(counts.flatMap(({ perIteration }) => perIteration[name] ?? [])),
  ]);
  const last = counts.at(-1);
  const { minorFaults = 0, majorFaults = 0, ...perIteration } = Object.fromEntries(means);
  return {
    minorFaultsPerIteration: minorFaults,
    majorFaultsPerIteration: majorFaults,
    perIteration,
    ...(last && { mappings: { ...last.mappings } }),
    missing: { ...last?.missing, ...gapsOf(counts) },
  };
}

/** Of all forks together, as sentences. */
function gapsOf(counts: readonly Counts[]): Record<string, string> {
  const names = [...new Set(counts.flatMap(({ gaps }) => Object.keys(gaps)))];
  const total = (of: (each: Counts) => number) => counts.reduce((sum, each) => sum + of(each), 0);
  const samples = total((each) => each.samples);
  return Object.fromEntries(
    names.map((name) => {
      const without = total(({ gaps }) => gaps[name] ?? 0);
      return [name, `no counter in ${without} of ${samples} samples`];
    }),
  );
}
