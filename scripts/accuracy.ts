/**
 * Holds mapbench against C. For every strategy and size, the C that `mapbench show --lang c` prints is
 * compiled and run in turn with a fork of mapbench, both guarded and pinned to one CPU; the ratio of the
 * medians over the pairs is printed, with the middle half of the pairs' ratios and the ratio of the lower
 * quartiles.
 *
 *  npm run accuracy -- [--pairs 20] [--pages 1,4,16] [--strategy name,…] [--workload ret] [--distance 0,16,…]
 * [--libc]
 *
 * --distance: so many instructions that do nothing stand between the write and the run, in both. With --libc
 * the C calls the C library's wrappers in place of raw system calls.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { programInC } from '../src/program/c/program.ts';
import { programFor, workloadOf } from '../src/runner/bench.ts';
import { Forks } from '../src/runner/forks.ts';
import { type Case, planCases } from '../src/runner/plan.ts';
import { chooseCpu } from '../src/runner/request.ts';
import { median, quantile } from '../src/statistics/descriptive.ts';
import { catalogue, findStrategy } from '../src/strategies/catalogue.ts';
import type { Strategy } from '../src/strategies/strategy.ts';
import { hostFacts } from '../src/system/host.ts';
import { workloadNames } from '../src/workloads/catalogue.ts';

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '20' },
    pages: { type: 'string', default: '1,4,16' },
    workload: { type: 'string', default: 'ret' },
    distance: { type: 'string', default: '0' },
    libc: { type: 'boolean', default: false },
    strategy: { type: 'string', default: catalogue.map(({ name }) => name).join(',') },
  },
});
const numbers = (text: string) => text.split(',').map(Number);
const pairs = Number(values.pairs);
const folder = mkdtempSync(join(tmpdir(), 'mapbench-accuracy-'));
const cpu = chooseCpu();
const { signal } = new AbortController();

/** Milliseconds of samples of a fork, and of each of the C program's batches. */
const [forkTime, batchTime, batches] = [25, 2.5, 10];

function compile(strategy: Strategy, wanted: Case, distance: number): string {
  const workload = workloadOf(wanted);
  const program = programFor(strategy, workload, wanted);
  const path = join(folder, `${wanted.id.replaceAll('/', '-')}-${distance}`);
  writeFileSync(
    `${path}.c`,
    programInC(program, workload, wanted.layout, { version: '', summary: strategy.summary }),
  );
  // Aligned as mapbench aligns its loops: where gcc happens to put them moves C's own figure by several per
  // cent.
  const flags = [
    '-O2',
    '-falign-functions=64',
    '-falign-loops=64',
    '-Wall',
    '-Werror',
    `-DDISTANCE=${distance}`,
  ];
  if (values.libc) flags.push('-DLIBC');
  execFileSync('cc', [...flags, `${path}.c`, '-o', path], { stdio: 'inherit' });
  return path;
}

/** Median of one process of the C program, ns/iteration; a reason where the kernel refuses it. */
function measureC(program: string): number | string {
  const { stdout, stderr } = spawnSync(program, [String(cpu), String(batchTime), String(batches)], {
    encoding: 'utf8',
  });
  const figure = /: ([\d.]+) ns\/iteration/.exec(stdout)?.[1];
  return figure === undefined ? stderr.trim() : Number(figure);
}

/** Median of one fork of mapbench, ns/iteration; a reason where the kernel refuses it. */
async function measureFork(forks: Forks, wanted: Case): Promise<number | string> {
  const outcome = await forks.run({ kind: 'measure', cases: [wanted], time: forkTime }, { cpu, signal });
  if (outcome.kind === 'measured') return median(outcome.forks[0]?.samples ?? []);
  return 'reason' in outcome ? outcome.reason : outcome.kind;
}

const host = hostFacts();
console.log(`${host.cpu}, ${host.cpus} CPUs, Linux ${host.kernel}; workload ${values.workload}, CPU ${cpu}`);
console.log(
  `${pairs} pairs of processes each; ratio = mapbench / C of the medians, [middle half of the pairs]`,
);
console.log('strategy       pages distance     C ns   mapbench ns   ratio                 lower quartiles');
const isWithin: boolean[] = [];
try {
  using forks = new Forks({ cpu });
  for (const name of values.strategy.split(',')) {
    const strategy = findStrategy(name);
    if (strategy === undefined) throw new Error(`no strategy is named ${name}`);
    const workload = workloadNames.find((each) => each === values.workload);
    if (workload === undefined) throw new Error(`no workload is named ${values.workload}`);
    const options = { layout: 'guarded', engine: 'native', workload } as const;
    for (const each of planCases(
      [{ strategy }],
      { ...options, pages: numbers(values.pages) },
      host.pageSize,
    )) {
      for (const distance of numbers(values.distance)) await compare(forks, strategy, { ...each, distance });
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
console.log(
  `${isWithin.filter(Boolean).length} of ${isWithin.length} ratios of the medians are 0.97 to 1.03`,
);

async function compare(forks: Forks, strategy: Strategy, wanted: Case): Promise<void> {
  const { pages, distance = 0 } = wanted;
  const program = compile(strategy, wanted, distance);
  const [inC, inMapbench]: [number[], number[]] = [[], []];
  const head = [strategy.name.padEnd(14), String(pages).padStart(5), String(distance).padStart(8)].join(' ');
  for (let pair = 0; pair < pairs; pair++) {
    // The order alternates, so that drift helps neither side.
    const takeC = () => measureC(program);
    const takeFork = () => measureFork(forks, wanted);
    const [c, fork] = pair % 2 === 0 ? [takeC(), await takeFork()] : [await takeFork(), takeC()].toReversed();
    if (typeof c !== 'number' || typeof fork !== 'number') {
      console.log(`${head}  not measured: ${typeof fork === 'string' ? fork : c}`);
      return;
    }
    inC.push(c);
    inMapbench.push(fork);
  }
  const ratios = inMapbench.map((ns, pair) => ns / (inC[pair] ?? Number.NaN));
  const ratio = median(inMapbench) / median(inC);
  isWithin.push(ratio >= 0.97 && ratio <= 1.03);
  // Of a machine that slows down now and then, the quarter of the processes that it slowed least tells of the
  // loops.
  const fast = quantile(inMapbench, 0.25) / quantile(inC, 0.25);
  const [low, high] = [quantile(ratios, 0.25), quantile(ratios, 0.75)];
  console.log(
    head,
    median(inC).toFixed(1).padStart(8),
    median(inMapbench).toFixed(1).padStart(13),
    `  ${ratio.toFixed(3)} [${low.toFixed(3)} ${high.toFixed(3)}]`,
    `  ${fast.toFixed(3)}`,
  );
}
