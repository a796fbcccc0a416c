import { quantileOfSorted, sorted } from '../../statistics/quantile.ts';
import type { MeasuredCase } from '../document.ts';
import { distinct, sampledCases, samplesOf, settingsOf } from './cases.ts';
import { directoryName } from './criterion/directory-name.ts';
import { criterionEstimates } from './criterion/estimates.ts';
import type { ExportedFile, Exporter } from './exporter.ts';
import { jsonFile } from './json.ts';

const group = 'mapbench';

/** criterion's names for the last run and for what the next one is compared with; a run of criterion writes both. */
const baselines = ['base', 'new'] as const;

/**
 * The folder that criterion 0.5 to 0.7 keep under `target/criterion` (https://github.com/criterion-rs/criterion.rs,
 * src/report.rs, src/analysis/mod.rs): critcmp compares it with other such folders, criterion with its next run.
 */
export const criterion: Exporter = {
  name: 'criterion',
  summary: "criterion's folder target/criterion, for critcmp",
  kind: 'directory',
  export(document) {
    const cases = sampledCases(document);
    const folders = distinct(cases.map(folderOf), (folder, number) => `${folder}_${number}`);
    const seed = document.options.seed ?? 1;
    return cases.flatMap((each, index) => filesOf(each, folders[index] as string, seed));
  },
};

/** What criterion calls the value of a case's parameter: the pages alone, if nothing else is set; null = none. */
function parameterOf(measured: MeasuredCase): string | null {
  const settings = settingsOf(measured);
  return /^pages=(\d+)$/.exec(settings)?.[1] ?? (settings === '' ? null : settings);
}

/** Of the group, the strategy and the value those that there are, from the left. */
function pathOf(measured: MeasuredCase): string[] {
  const value = parameterOf(measured);
  return [group, measured.strategy, ...(value === null ? [] : [value])];
}

function folderOf(measured: MeasuredCase): string {
  return pathOf(measured).map(directoryName).join('/');
}

function filesOf(measured: MeasuredCase, folder: string, seed: number): ExportedFile[] {
  const files = {
    // First, because critcmp looks for it as soon as there are estimates.
    benchmark: benchmarkOf(measured, folder),
    estimates: criterionEstimates(measured, seed),
    sample: sampleOf(measured),
    tukey: tukeyFences(measured),
  };
  return baselines.flatMap((baseline) =>
    Object.entries(files).map(([name, data]) => jsonFile(data, `${folder}/${baseline}/${name}.json`)),
  );
}

function benchmarkOf(measured: MeasuredCase, folder: string) {
  const id = pathOf(measured).join('/');
  return {
    group_id: group,
    function_id: measured.strategy,
    value_str: parameterOf(measured),
    throughput: null,
    full_id: id,
    directory_name: folder,
    title: id,
  };
}

/** Times are nanoseconds of a whole sample. */
function sampleOf({ forks }: MeasuredCase) {
  return {
    sampling_mode: 'Flat',
    iters: forks.flatMap(({ samples, iterationsPerSample }) => samples.map(() => iterationsPerSample)),
    times: forks.flatMap(({ samples, iterationsPerSample }) =>
      samples.map((time) => time * iterationsPerSample),
    ),
  };
}

/** Nanoseconds an iteration below and above which a sample is a severe, mild, mild and severe outlier. */
function tukeyFences(measured: MeasuredCase): number[] {
  const samples = sorted(samplesOf(measured));
  const [q1, q3] = [quantileOfSorted(samples, 0.25), quantileOfSorted(samples, 0.75)];
  const iqr = q3 - q1;
  return [q1 - 3 * iqr, q1 - 1.5 * iqr, q3 + 1.5 * iqr, q3 + 3 * iqr];
}
