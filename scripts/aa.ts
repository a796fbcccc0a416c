/**
 * How often mapbench finds a change that is none, and what it sees.
 *
 *  npm run aa -- runs --runs 20 [--folder /tmp/aa] whole runs of the seven; each is compared with the one
 * before it
 *  npm run aa -- documents --folder /tmp/aa the same comparison of runs that are there already
 *  npm run aa -- levels --folder /tmp/aa what all rules say of these runs: one against the next by its forks,
 *  several against as many by runs, one against the level of those before
 *  npm run aa -- repeat --folder /tmp/aa (max - min) / median of those runs' figures relative to rwx
 *  npm run aa -- paired --comparisons 15 [--slowdown 10] [--strategy name,…] [--keep file]
 *  `mapbench ab` of a strategy with itself, or with itself slowed
 *  down by so many per cent; --keep gathers over several calls
 */
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compareDocuments } from '../src/comparison/documents.ts';
import { levelOf } from '../src/comparison/level.ts';
import { canDetect, judgePairs } from '../src/comparison/pairs.ts';
import type { Verdict } from '../src/comparison/verdict.ts';
import { formatPercent } from '../src/format/numbers.ts';
import type { ResultDocument } from '../src/results/document.ts';
import { loadDocument } from '../src/results/file.ts';
import { runPaired } from '../src/runner/paired.ts';
import { type Case, planCases } from '../src/runner/plan.ts';
import { pairedDefaults } from '../src/runner/presets.ts';
import { mean, median } from '../src/statistics/descriptive.ts';
import { incompleteBeta } from '../src/statistics/student.ts';
import { articleStrategies, findStrategy } from '../src/strategies/catalogue.ts';
import { allowedCpus } from '../src/system/cpus.ts';
import { pageSize } from '../src/system/memory.ts';

/** One comparison and what it said. */
interface Trial {
  strategy: string;
  /** Per cent that one side was slowed down by. */
  slowdown: number;
  verdict: Verdict;
  point: number;
  minimumDetectable: number;
  seconds?: number;
}

/** The Clopper-Pearson interval of a fraction, 95 %. */
function binomialInterval(hits: number, trials: number): [number, number] {
  const solve = (target: number, a: number, b: number) => {
    let [low, high] = [0, 1];
    for (let step = 0; step < 60; step++) {
      const middle = (low + high) / 2;
      if (incompleteBeta(middle, a, b) < target) low = middle;
      else high = middle;
    }
    return low;
  };
  const low = hits === 0 ? 0 : solve(0.025, hits, trials - hits + 1);
  const high = hits === trials ? 1 : solve(0.975, hits + 1, trials - hits);
  return [low, high];
}

const isFalsePositive = ({ verdict }: Trial) => verdict === 'regressed' || verdict === 'improved';
const isFound = ({ verdict }: Trial) => verdict === 'regressed';

/** One line a strategy and one for all, for each slowdown among the trials. */
function report(trials: readonly Trial[]): void {
  for (const slowdown of new Set(trials.map((trial) => trial.slowdown))) {
    const group = trials.filter((trial) => trial.slowdown === slowdown);
    const what = slowdown === 0 ? 'false positives' : `slowdowns of ${slowdown} % found`;
    const isHit = slowdown === 0 ? isFalsePositive : isFound;
    for (const strategy of new Set(group.map((trial) => trial.strategy))) {
      const own = group.filter((trial) => trial.strategy === strategy);
      const visible = formatPercent(median(own.map((trial) => trial.minimumDetectable)));
      const moved = formatPercent(median(own.map(({ point }) => Math.abs(point))));
      const seconds = own.flatMap((trial) => trial.seconds ?? []);
      const each = seconds.length === 0 ? '' : `, ${mean(seconds).toFixed(1)} s each`;
      console.log(
        `${strategy.padEnd(14)} ${rateOf(own, isHit, what)}, median change ${moved}, minimum detectable effect ${visible}${each}`,
      );
    }
    console.log(`${'in all'.padEnd(14)} ${rateOf(group, isHit, what)}`);
  }
}

function rateOf(trials: readonly Trial[], isHit: (trial: Trial) => boolean, what: string): string {
  const hits = trials.filter(isHit).length;
  const [low, high] = binomialInterval(hits, trials.length).map((each) => (each * 100).toFixed(1));
  return `${hits} of ${trials.length} ${what} (${low} to ${high} %)`;
}

function measureRuns(folder: string, runs: number): void {
  mkdirSync(folder, { recursive: true });
  const bin = 'bin/mapbench.js';
  const there = readdirSync(folder).filter((name) => name.endsWith('.json')).length;
  for (let run = there; run < there + runs; run++) {
    const file = join(folder, `${String(run).padStart(3, '0')}.json`);
    const { status, stderr } = spawnSync(process.execPath, [bin, 'run', '-o', file], { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
  }
}

function documentsIn(folder: string): ResultDocument[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return files.sort().map((name) => loadDocument(join(folder, name)));
}

function compareRuns(documents: readonly ResultDocument[]): Trial[] {
  return documents.slice(1).flatMap((now, index) => {
    const old = documents[index];
    if (old === undefined) return [];
    return compareDocuments([old], [now]).cases.map(
      ({ now: { strategy }, verdict, change, minimumDetectable }): Trial => ({
        strategy,
        slowdown: 0,
        verdict,
        point: change.point,
        minimumDetectable,
      }),
    );
  });
}

/** What a rule says of runs of which none is different. */
interface Rule {
  readonly name: string;
  /** The sides of each comparison, of runs in the order of time. */
  readonly sides: (
    runs: readonly ResultDocument[],
  ) => (readonly [old: ResultDocument[], now: ResultDocument[]])[];
}

/** Blocks of so many runs, each against the next one. */
const blocks = (size: number): Rule => ({
  name: `${size} runs against the next ${size}`,
  sides: (runs) =>
    Array.from({ length: Math.floor(runs.length / size) - 1 }, (_, block) => [
      runs.slice(block * size, (block + 1) * size),
      runs.slice((block + 1) * size, (block + 2) * size),
    ]),
});

const rules: readonly Rule[] = [
  { ...blocks(1), name: 'a run against the next one, by its forks' },
  blocks(3),
  blocks(5),
  {
    name: 'a run against the level of those before (from 10 on)',
    sides: (runs) =>
      runs.slice(10).map((now, index) => [[levelOf(runs.slice(0, index + 10))], [now]] as const),
  },
];

function reportRules(runs: readonly ResultDocument[]): void {
  const [first, last] = [runs[0]?.createdAt, runs.at(-1)?.createdAt].map((at) => Date.parse(at ?? ''));
  const hours = ((last ?? 0) - (first ?? 0)) / 3_600_000;
  console.log(`${runs.length} runs in ${hours.toFixed(1)} h`);
  for (const { name, sides } of rules) {
    const comparisons = sides(runs).map(([old, now]) => compareDocuments(old, now).cases);
    const all = comparisons.flat();
    const isWrong = ({ verdict }: { verdict: Verdict }) => verdict === 'regressed' || verdict === 'improved';
    const wrong = comparisons.filter((cases) => cases.some(isWrong)).length;
    const [low, high] = binomialInterval(wrong, comparisons.length).map((each) => (each * 100).toFixed(1));
    const open = all.filter(({ verdict }) => verdict === 'inconclusive').length;
    const visible = median(all.map(({ minimumDetectable }) => minimumDetectable));
    console.log(
      `${name}: ${wrong} of ${comparisons.length} comparisons say that something changed (${low} to ${high} %), ${all.filter(isWrong).length} of ${all.length} cases; ${open} inconclusive at 5 %; minimum detectable effect ${formatPercent(visible)} (median)`,
    );
  }
}

/** How far the runs' estimates, and their ratios to the reference strategy's, lie apart. */
function printRepeatability(documents: readonly ResultDocument[], reference: string): void {
  const timeOf = (document: ResultDocument, strategy: string) => {
    const found = document.cases.find((each) => each.strategy === strategy);
    if (found?.status !== 'measured') throw new Error(`${strategy} was not measured in every run`);
    return found.estimate.point;
  };
  const spread = (values: readonly number[]) =>
    `${(((Math.max(...values) - Math.min(...values)) / median(values)) * 100).toFixed(1)} %`;
  const strategies = documents[0]?.cases.map(({ strategy }) => strategy) ?? [];
  console.log(`${documents.length} runs: (max - min) / median`);
  console.log(`${'strategy'.padEnd(14)} ${`relative to ${reference}`.padStart(16)} ${'time'.padStart(8)}`);
  for (const strategy of strategies) {
    const times = documents.map((document) => timeOf(document, strategy));
    const ratios = documents.map((document) => timeOf(document, strategy) / timeOf(document, reference));
    console.log(`${strategy.padEnd(14)} ${spread(ratios).padStart(16)} ${spread(times).padStart(8)}`);
  }
}

const threshold = 0.01;
const detect = 0.03;
const never = new AbortController().signal;

/** As `mapbench ab` does it. */
function pair(a: Case, b: Case, seed: number) {
  return runPaired({ a, b }, { ...pairedDefaults, cpu: allowedCpus().at(-1) ?? 0, seed }, never, {
    isEnough: (soFar) => canDetect(soFar, threshold, detect),
  });
}

async function comparePairs(
  strategies: readonly string[],
  comparisons: number,
  slowdown: number,
  onTrial: (trial: Trial) => void,
): Promise<void> {
  const cases = planCases(
    strategies.flatMap((name) => {
      const strategy = findStrategy(name);
      return strategy === undefined ? [] : [{ strategy }];
    }),
    { pages: [4], layout: 'guarded', engine: 'native', workload: 'ret' },
    pageSize(),
  );
  const turns = new Map<Case, number>();
  for (let comparison = 0; comparison < comparisons; comparison++) {
    for (const each of cases) {
      const delayTurns = turns.get(each) ?? (await turnsFor(each, slowdown));
      turns.set(each, delayTurns);
      const start = performance.now();
      const result = await pair(
        each,
        delayTurns === 0 ? each : { ...each, delayTurns },
        Date.now() % 2 ** 32,
      );
      const judged = judgePairs(result, threshold);
      if (judged === undefined) throw new Error(`${each.id}: ${result.ended?.reason}`);
      const { verdict, change, minimumDetectable } = judged;
      const seconds = (performance.now() - start) / 1000;
      onTrial({
        strategy: each.strategy,
        slowdown,
        verdict,
        point: change.point,
        minimumDetectable,
        seconds,
      });
    }
  }
}

const trialTurns = 1000;

/** The turns of the delay loop that slow a case down by so many per cent, measured. */
async function turnsFor(each: Case, percent: number): Promise<number> {
  if (percent === 0) return 0;
  const { forks } = await pair(each, { ...each, delayTurns: trialTurns }, 1);
  const time = (side: 'a' | 'b') => median(forks[side].map(({ samples }) => median(samples)));
  const perTurn = (time('b') - time('a')) / trialTurns;
  return Math.max(1, Math.round((time('a') * percent) / 100 / perTurn));
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '20' },
    comparisons: { type: 'string', default: '15' },
    slowdown: { type: 'string', default: '0' },
    folder: { type: 'string', default: join(tmpdir(), 'mapbench-aa') },
    strategy: { type: 'string', default: articleStrategies.join(',') },
    keep: { type: 'string' },
  },
});
const { folder, keep } = values;
switch (positionals[0]) {
  case 'runs':
    measureRuns(folder, Number(values.runs));
    report(compareRuns(documentsIn(folder)));
    break;
  case 'documents':
    report(compareRuns(documentsIn(folder)));
    break;
  case 'levels':
    reportRules(documentsIn(folder));
    break;
  case 'repeat':
    printRepeatability(documentsIn(folder), 'rwx');
    break;
  case 'paired': {
    const trials: Trial[] = [];
    await comparePairs(
      values.strategy.split(','),
      Number(values.comparisons),
      Number(values.slowdown),
      (trial) => {
        trials.push(trial);
        if (keep !== undefined) appendFileSync(keep, `${JSON.stringify(trial)}\n`);
      },
    );
    if (keep === undefined) report(trials);
    else
      report(
        readFileSync(keep, 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as Trial),
      );
    break;
  }
  default:
    console.error('runs, documents, levels, repeat or paired?');
    process.exitCode = 2;
}
