/**
 * How often comparisons of several runs are wrong, and what they see: simulated runs of one case, of 20 forks
 * that spread by 2 %, and beside their forks by a run effect. Prints a line for each kind and size of run
 * effect; beside it today's comparison of one run a side, by its forks.
 *
 *  npx tsx scripts/levels.ts [comparisons for every figure, default 1000]
 */
import { compareDocuments } from '../src/comparison/documents.ts';
import { levelOf } from '../src/comparison/level.ts';
import type { MeasuredCase, ResultDocument } from '../src/results/document.ts';
import { median } from '../src/statistics/descriptive.ts';
import { createRandom, type Random } from '../src/statistics/random.ts';
import { noises } from './noise.ts';

const trials = Number(process.argv[2] ?? 1000);
const forks = 20;
const forkSpread = 0.02;

/** A document of one case whose forks lie around a time. */
function runAround(time: number, at: number, random: Random): ResultDocument {
  const samples = Array.from({ length: forks }, () => [time * Math.exp(forkSpread * random.normal())]);
  const point = median(samples.flat());
  const measured: MeasuredCase = {
    ...{ id: 'case', strategy: 'case', workload: 'ret', pages: 4, pageSize: 4096, threads: 1 },
    ...{ layout: 'guarded', engine: 'native', wx: 'dual', status: 'measured' },
    forks: samples.map((each, pid) => ({
      pid,
      cpu: 0,
      iterationsPerSample: 1,
      samples: each,
      addresses: {},
    })),
    estimate: { unit: 'ns/iter', point, low: null, high: null, confidence: null },
  };
  return {
    ...{ schema: 'mapbench/1', tool: { version: '0' }, options: {}, cases: [measured] },
    createdAt: new Date(at * 60_000).toISOString(),
    host: {
      ...{
        cpu: 'simulated',
        cpus: 1,
        architecture: 'x64',
        kernel: '0',
        virtualisation: null,
        pageSize: 4096,
      },
      ...{ memory: null, transparentHugepages: null, hugePagesTotal: null, hugePagesFree: null },
      ...{ memlockBytes: null, node: null },
    },
  };
}

/** Runs of both sides, the older side's first; the newer ones are slower by a fraction. */
interface Setting {
  readonly old: number;
  readonly now: number;
  readonly noise: keyof typeof noises;
  /** Standard deviation of the run effect, as a fraction. */
  readonly effect: number;
  readonly slowdown: number;
}

function simulate({ old, now, noise, effect, slowdown }: Setting, random: Random) {
  const deviations = noises[noise](old + now, random);
  const runs = deviations.map((deviation, at) =>
    runAround(1000 * (at < old ? 1 : 1 + slowdown) * Math.exp(effect * deviation), at, random),
  );
  return { old: runs.slice(0, old), now: runs.slice(old) };
}

interface Figures {
  readonly found: number;
  readonly covered: number;
  readonly detectable: number;
}

/** What comparisons of a setting come to: fractions, and the median of the minimum detectable effects. */
function figuresOf(setting: Setting, asLevel = false): Figures {
  const random = createRandom(setting.old * 1000 + setting.now);
  const detectable: number[] = [];
  let [found, covered] = [0, 0];
  for (let trial = 0; trial < trials; trial++) {
    const { old, now } = simulate(setting, random);
    const [only] = compareDocuments(asLevel ? [levelOf(old)] : old, now).cases;
    if (only === undefined) continue;
    if (only.verdict === 'regressed' || only.verdict === 'improved') found++;
    if (only.change.low <= setting.slowdown && setting.slowdown <= only.change.high) covered++;
    detectable.push(only.minimumDetectable);
  }
  return { found: found / trials, covered: covered / trials, detectable: median(detectable) };
}

const percent = (fraction: number) => `${(100 * fraction).toFixed(1)} %`.padStart(7);

const designs = [
  { name: '3 and 3', old: 3, now: 3 },
  { name: '5 and 5', old: 5, now: 5 },
  { name: '10 and 10', old: 10, now: 10 },
  { name: 'level of 20 and 1', old: 20, now: 1, asLevel: true },
] as const;

console.log(
  `of ${trials} comparisons without a change: false positives (nominally 1 %) and coverage of the 95 % interval;`,
);
console.log('one: one run a side, by its forks');
console.log(
  `${'run effect'.padEnd(24)} ${'one'.padStart(7)}  ${designs.map(({ name }) => name.padStart(18)).join('  ')}`,
);
for (const noise of ['normal', "Student's t3", 'a third slow', 'remembers half'] as const) {
  for (const effect of noise === 'normal' ? [0, 0.01, 0.02, 0.03, 0.05, 0.1] : [0.01, 0.03, 0.1]) {
    const setting = { noise, effect, slowdown: 0 };
    const one = figuresOf({ ...setting, old: 1, now: 1 });
    const cells = designs.map(({ old, now, ...rest }) => {
      const { found, covered } = figuresOf({ ...setting, old, now }, 'asLevel' in rest);
      return `${percent(found)} ${percent(covered)}`.padStart(18);
    });
    console.log(`${`${noise}, ${effect * 100} %`.padEnd(24)} ${percent(one.found)}  ${cells.join('  ')}`);
  }
}

console.log(
  '\nslowdowns of the size of the printed minimum detectable effect (its median) that are found, nominally 95 %',
);
console.log(`${'run effect'.padEnd(24)} ${designs.map(({ name }) => name.padStart(18)).join('  ')}`);
for (const noise of ['normal', 'remembers half'] as const) {
  for (const effect of [0.01, 0.03, 0.1]) {
    const cells = designs.map(({ old, now, ...rest }) => {
      const asLevel = 'asLevel' in rest;
      const { detectable } = figuresOf({ noise, effect, old, now, slowdown: 0 }, asLevel);
      const { found } = figuresOf({ noise, effect, old, now, slowdown: detectable }, asLevel);
      return `${percent(found)} of ${percent(detectable)}`.padStart(18);
    });
    console.log(`${`${noise}, ${effect * 100} %`.padEnd(24)} ${cells.join('  ')}`);
  }
}
