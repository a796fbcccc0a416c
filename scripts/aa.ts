/**
 * How often mapbench cries wolf, and what it sees.
 *
 *   npm run aa -- runs --runs 20 [--folder /tmp/aa]    whole runs of the seven; each is compared with the one before it
 *   npm run aa -- documents --folder /tmp/aa           the same comparison of runs that are there already
 *   npm run aa -- paired --pairs 20 --duration 8 [--slowdown 10] [--strategy name,…]
 *                                                      paired comparisons of a strategy with itself, or with itself
 *                                                      slowed down by so many per cent
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compareDocuments, type Verdict } from '../src/comparison/documents.ts';
import { judgePairs } from '../src/comparison/pairs.ts';
import { formatPercent } from '../src/report/comparison.ts';
import { loadDocument } from '../src/results/file.ts';
import type { Case } from '../src/runner/case.ts';
import { runPaired } from '../src/runner/paired.ts';
import { planCases } from '../src/runner/plan.ts';
import { median } from '../src/statistics/quantile.ts';
import { incompleteBeta } from '../src/statistics/student.ts';
import { articleStrategies } from '../src/strategies/catalogue.ts';
import { allowedCpus } from '../src/system/affinity.ts';
import { pageSize } from '../src/system/page-size.ts';

/** One comparison and what it said. */
interface Trial {
  strategy: string;
  verdict: Verdict;
  point: number;
  smallestVisible: number;
}

/** The Clopper-Pearson interval of a share, 95 %. */
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

function report(trials: readonly Trial[], isHit: (trial: Trial) => boolean, what: string): void {
  const share = (group: readonly Trial[]) => {
    const hits = group.filter(isHit).length;
    const [low, high] = binomialInterval(hits, group.length).map((each) => (each * 100).toFixed(1));
    return `${hits} of ${group.length} ${what} (${low} to ${high} %)`;
  };
  for (const strategy of new Set(trials.map((trial) => trial.strategy))) {
    const group = trials.filter((trial) => trial.strategy === strategy);
    const visible = formatPercent(median(group.map((trial) => trial.smallestVisible)));
    const moved = formatPercent(median(group.map(({ point }) => Math.abs(point))));
    console.log(`${strategy.padEnd(14)} ${share(group)}, median change ${moved}, could have seen ${visible}`);
  }
  console.log(`${'in all'.padEnd(14)} ${share(trials)}`);
}

function measureRuns(folder: string, runs: number): void {
  mkdirSync(folder, { recursive: true });
  const bin = join(import.meta.dirname, '../bin/mapbench.js');
  for (let run = 0; run < runs; run++) {
    const file = join(folder, `${String(run).padStart(3, '0')}.json`);
    const { status, stderr } = spawnSync(process.execPath, [bin, 'run', '-o', file], { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
  }
}

function compareRuns(folder: string): void {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  const documents = files.sort().map((name) => loadDocument(join(folder, name)));
  const trials = documents.slice(1).flatMap((now, index) => {
    const old = documents[index];
    if (old === undefined) return [];
    return compareDocuments(old, now).cases.map(
      ({ now: { strategy }, verdict, change, smallestVisible }): Trial => ({
        strategy,
        verdict,
        point: change.point,
        smallestVisible,
      }),
    );
  });
  report(trials, isAlarm, 'false alarms');
}

const isAlarm = ({ verdict }: Trial) => verdict === 'regressed' || verdict === 'improved';

async function comparePairs(
  strategies: readonly string[],
  pairs: number,
  duration: number,
  slowdown: number,
) {
  const cpu = allowedCpus().at(-1) ?? 0;
  const cases = planCases({ strategies, pages: [4], layout: 'guarded', engine: 'native' }, pageSize());
  const never = new AbortController().signal;
  const measure = (a: Case, b: Case, milliseconds: number, seed: number) =>
    runPaired({ a, b }, { cpu, timePerFork: 100, duration: milliseconds, leastBlocks: 6, seed }, never);
  const trials: Trial[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    for (const each of cases) {
      const slow = slowdown === 0 ? each : { ...each, delayTurns: await turnsFor(each, slowdown, measure) };
      const result = await measure(each, slow, duration * 1000, pair);
      const judged = judgePairs(result, 0.01);
      if (judged === undefined) throw new Error(`${each.id}: ${result.ended?.reason}`);
      const { verdict, change, smallestVisible } = judged;
      trials.push({ strategy: each.strategy, verdict, point: change.point, smallestVisible });
    }
  }
  if (slowdown === 0) report(trials, isAlarm, 'false alarms');
  else report(trials, ({ verdict }) => verdict === 'regressed', `slowdowns of ${slowdown} % found`);
}

type Measure = (a: Case, b: Case, milliseconds: number, seed: number) => ReturnType<typeof runPaired>;

const trialTurns = 1000;
const turns = new Map<string, number>();

/** The turns of the delay loop that slow a case down by so many per cent; measured once a case. */
async function turnsFor(each: Case, percent: number, measure: Measure): Promise<number> {
  const known = turns.get(each.id);
  if (known !== undefined) return known;
  const { forks } = await measure(each, { ...each, delayTurns: trialTurns }, 4000, 1);
  const time = (side: 'a' | 'b') => median(forks[side].map(({ samples }) => median(samples)));
  const perTurn = (time('b') - time('a')) / trialTurns;
  const found = Math.max(1, Math.round((time('a') * percent) / 100 / perTurn));
  turns.set(each.id, found);
  return found;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '20' },
    pairs: { type: 'string', default: '20' },
    duration: { type: 'string', default: '8' },
    slowdown: { type: 'string', default: '0' },
    folder: { type: 'string', default: join(tmpdir(), 'mapbench-aa') },
    strategy: { type: 'string', default: articleStrategies.join(',') },
  },
});
const [mode] = positionals;
if (mode === 'runs') measureRuns(values.folder, Number(values.runs));
if (mode === 'runs' || mode === 'documents') compareRuns(values.folder);
else if (mode === 'paired') {
  await comparePairs(
    values.strategy.split(','),
    Number(values.pairs),
    Number(values.duration),
    Number(values.slowdown),
  );
} else console.error('runs, documents or paired?');
