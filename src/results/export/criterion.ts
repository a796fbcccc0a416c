import { quantileOfSorted, sorted } from '../../statistics/descriptive.ts';
import { createRandom, type Random } from '../../statistics/random.ts';
import type { MeasuredCase } from '../document.ts';
import { distinct, type Statistics, samplesOf, settingsOf, statisticsOf, timedCases } from './common.ts';
import type { ExportedFile, Exporter } from './exporter.ts';
import { jsonFile } from './json.ts';

/** Bytes of a folder's name that criterion keeps. */
const nameBytes = 64;

/**
 * A name as criterion makes a folder of it (src/report.rs, make_filename_safe): without characters that file
 * systems refuse, and cut between characters. Names that would lead elsewhere, which criterion does not
 * expect, become `_`.
 */
export function directoryName(name: string): string {
  const safe = firstBytes(name.replace(/[?"/\\*<>:|^\p{Cc}\p{Cs}]/gu, '_'), nameBytes);
  return /^\.{0,2}$/.test(safe) ? '_' : safe;
}

function firstBytes(text: string, limit: number): string {
  let bytes = 0;
  let kept = '';
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > limit) break;
    kept += character;
  }
  return kept;
}

/** The samples of several forks. */
export interface Pool {
  /** All of them in ascending order. */
  readonly samples: Float64Array;
  /** Where those of each fork are among all. */
  readonly places: readonly (readonly number[])[];
}

/** Puts the samples of forks together. Forks without samples are passed over. */
export function poolOf(forks: readonly (readonly number[])[]): Pool {
  const measured = forks.filter((samples) => samples.length > 0);
  const tagged = measured.flatMap((samples, fork) => samples.map((sample) => ({ sample, fork })));
  tagged.sort((a, b) => a.sample - b.sample);
  const places = measured.map((): number[] => []);
  for (const [place, { fork }] of tagged.entries()) places[fork]?.push(place);
  return { samples: Float64Array.from(tagged, ({ sample }) => sample), places };
}

/**
 * Draws as many forks with replacement as there are, and in each as many samples with replacement as it has.
 * The drawn samples come in ascending order, because how often each is drawn is counted by its place.
 */
export function resample({ samples, places }: Pool, random: Random): Float64Array {
  const counts = new Uint32Array(samples.length);
  let total = 0;
  for (let draw = 0; draw < places.length; draw++) {
    const fork = places[random.integer(places.length)] as readonly number[];
    for (let drawn = 0; drawn < fork.length; drawn++) {
      const place = fork[random.integer(fork.length)] as number;
      counts[place] = (counts[place] as number) + 1;
    }
    total += fork.length;
  }
  return repeated(samples, counts, total);
}

/** Every value as often as it is counted. */
function repeated(values: Float64Array, counts: Uint32Array, total: number): Float64Array {
  const result = new Float64Array(total);
  let filled = 0;
  for (let place = 0; place < values.length; place++) {
    const end = filled + (counts[place] as number);
    while (filled < end) result[filled++] = values[place] as number;
  }
  return result;
}

/** An estimate of criterion's estimates.json, in nanoseconds an iteration. */
interface CriterionEstimate {
  readonly confidence_interval: {
    readonly confidence_level: number;
    readonly lower_bound: number;
    readonly upper_bound: number;
  };
  readonly point_estimate: number;
  /** The standard deviation of the statistic over the resamples. */
  readonly standard_error: number;
}

/** criterion's estimates.json. There is no slope: it takes samples of different lengths. */
export type CriterionEstimates = Readonly<Record<keyof Statistics, CriterionEstimate>> & {
  readonly slope: null;
};

const resamples = 1000;

/**
 * Estimates from the samples of all forks, with percentile intervals of a bootstrap that draws forks, then
 * samples in them, as the document's estimate does (criterion itself draws samples as if they were
 * independent). The median and its interval are the document's own: the median of the forks' medians.
 */
export function criterionEstimates({ forks, estimate }: MeasuredCase, seed: number): CriterionEstimates {
  const pool = poolOf(forks.map(({ samples }) => samples));
  const random = createRandom(seed);
  const points = statisticsOf(pool.samples);
  const replicates = Array.from({ length: resamples }, () => statisticsOf(resample(pool, random)));
  const { point, low, high, confidence } = estimate;
  const level = confidence ?? 0.95;
  const estimateOf = (name: keyof Statistics, known = points[name]) =>
    withInterval(
      known,
      replicates.map((replicate) => replicate[name]),
      level,
    );
  const median = estimateOf('median', point);
  return {
    mean: estimateOf('mean'),
    median:
      low === null || high === null ? median : { ...median, confidence_interval: bounds(level, low, high) },
    median_abs_dev: estimateOf('median_abs_dev'),
    slope: null,
    std_dev: estimateOf('std_dev'),
  };
}

function withInterval(point: number, replicates: readonly number[], level: number): CriterionEstimate {
  const ascending = sorted(replicates);
  const tail = (1 - level) / 2;
  // A percentile interval need not hold its own estimate.
  const low = Math.min(point, quantileOfSorted(ascending, tail));
  const high = Math.max(point, quantileOfSorted(ascending, 1 - tail));
  return {
    confidence_interval: bounds(level, low, high),
    point_estimate: point,
    standard_error: statisticsOf(ascending).std_dev,
  };
}

function bounds(confidence_level: number, lower_bound: number, upper_bound: number) {
  return { confidence_level, lower_bound, upper_bound };
}

const group = 'mapbench';

/**
 * criterion's names for the last run and for what the next one is compared with; a run of criterion writes
 * both.
 */
const baselines = ['base', 'new'] as const;

/**
 * The folder that criterion 0.5 to 0.7 keep under `target/criterion`
 * (https://github.com/criterion-rs/criterion.rs, src/report.rs, src/analysis/mod.rs): critcmp compares it
 * with other such folders, criterion with its next run.
 */
export const criterion: Exporter = {
  name: 'criterion',
  summary: "criterion's folder target/criterion, for critcmp",
  kind: 'directory',
  export(document) {
    const cases = timedCases(document);
    const folders = distinct(cases.map(folderOf), (folder, number) => `${folder}_${number}`);
    const seed = document.options.seed ?? 1;
    return cases.flatMap((each, index) => filesOf(each, folders[index] as string, seed));
  },
};

/**
 * What criterion calls the value of a case's parameter: the pages alone, if nothing else is set; null = none.
 */
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
