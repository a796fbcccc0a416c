import { sorted } from '../../statistics/descriptive.ts';
import type { MeasuredCase } from '../document.ts';
import { benchmarkNames, samplesOf, statisticsOf, timedCases } from './common.ts';
import type { Exporter } from './exporter.ts';
import { jsonFile } from './json.ts';

/**
 * A result of hyperfine's `--export-json` (https://github.com/sharkdp/hyperfine,
 * src/benchmark/benchmark_result.rs of 1.20): seconds an iteration. The estimates are of all samples, as
 * hyperfine's are of all runs.
 */
interface HyperfineResult {
  /** The case's id: there is no command that runs one iteration. */
  readonly command: string;
  readonly mean: number;
  /** null = there is one sample only. */
  readonly stddev: number | null;
  readonly median: number;
  /** Not known of a sample, and 0 because readers want a number: Bencher's refuses null. */
  readonly user: 0;
  readonly system: 0;
  readonly min: number;
  readonly max: number;
  readonly times: readonly number[];
  /** A sample is no process: null. */
  readonly exit_codes: readonly null[];
  readonly parameters: Readonly<Record<string, string>>;
}

export const hyperfine: Exporter = {
  name: 'hyperfine',
  summary: "hyperfine's JSON, for its plot scripts",
  kind: 'file',
  export(document) {
    const cases = timedCases(document);
    const names = benchmarkNames(cases);
    return [jsonFile({ results: cases.map((each, index) => resultOf(names[index] as string, each)) })];
  },
};

function resultOf(command: string, measured: MeasuredCase): HyperfineResult {
  const times = samplesOf(measured).map((nanoseconds) => nanoseconds / 1e9);
  const ascending = sorted(times);
  const { mean, median, std_dev } = statisticsOf(ascending);
  return {
    command,
    mean,
    stddev: times.length > 1 ? std_dev : null,
    median,
    user: 0,
    system: 0,
    min: ascending.at(0) as number,
    max: ascending.at(-1) as number,
    times,
    exit_codes: times.map(() => null),
    parameters: parametersOf(measured),
  };
}

function parametersOf(measured: MeasuredCase): Record<string, string> {
  const { strategy, workload, pages, threads, processes, layout, engine } = measured;
  const pagesIfKnown = pages === null ? {} : { pages: `${pages}` };
  const processesIfAny = processes === undefined ? {} : { processes: `${processes}` };
  return { strategy, workload, ...pagesIfKnown, threads: `${threads}`, ...processesIfAny, layout, engine };
}
