/**
 * Holds mapbench against C. For every strategy and size three processes are run in turn, all guarded and
 * pinned to one CPU: a fork of mapbench; the C that `mapbench show --lang c` prints; and this C around the
 * very loop that mapbench runs, which `show --lang asm` prints. Printed are the medians, and the ratio of
 * mapbench to either: the median of the rounds' ratios, with their middle half.
 *
 *  npm run accuracy -- [--rounds 20] [--pages 1,4,16] [--strategy name,…] [--workload ret] [--distance
 * 0,16,…] [--libc]
 *
 * --distance: so many instructions that do nothing stand before each system call and each run, in all three.
 * With --libc the C calls the C library's wrappers in place of raw system calls.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { programInC } from '../../src/program/c/program.ts';
import { programFor, workloadOf } from '../../src/runner/bench.ts';
import { Forks } from '../../src/runner/forks.ts';
import { type Case, planCases } from '../../src/runner/plan.ts';
import { chooseCpu } from '../../src/runner/request.ts';
import { median, quantile } from '../../src/statistics/descriptive.ts';
import { catalogue, findStrategy } from '../../src/strategies/catalogue.ts';
import type { Strategy } from '../../src/strategies/strategy.ts';
import { hostFacts } from '../../src/system/host.ts';
import { workloadNames } from '../../src/workloads/catalogue.ts';
import { buildWithSameLoop } from './same-loop.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    pages: { type: 'string', default: '1,4,16' },
    workload: { type: 'string', default: 'ret' },
    distance: { type: 'string', default: '0' },
    libc: { type: 'boolean', default: false },
    strategy: { type: 'string', default: catalogue.map(({ name }) => name).join(',') },
  },
});
const numbers = (text: string) => text.split(',').map(Number);
const rounds = Number(values.rounds);
const folder = mkdtempSync(join(tmpdir(), 'mapbench-accuracy-'));
const cpu = chooseCpu();
const { signal } = new AbortController();

/** Milliseconds of samples of a fork, and of each of the C program's batches. */
const [forkTime, batchTime, batches] = [25, 2.5, 10];

/**
 * Aligned as mapbench aligns its loops: where gcc happens to put them moves C's own figure by several per
 * cent.
 */
const aligned = ['-O2', '-falign-functions=64', '-falign-loops=64', '-Wall', '-Werror'];

/** Paths of the C program, and of that with mapbench's own loop where there can be one. */
function compile(
  strategy: Strategy,
  wanted: Case,
  distance: number,
): { c: string; same: string | undefined } {
  const workload = workloadOf(wanted);
  const program = programFor(strategy, workload, wanted);
  const path = join(folder, `${wanted.id.replaceAll('/', '-')}-${distance}`);
  const text = programInC(program, workload, wanted.layout, { version: '', summary: strategy.summary });
  const flags = [...aligned, `-DDISTANCE=${distance}`, ...(values.libc ? ['-DLIBC'] : [])];
  writeFileSync(`${path}.c`, text);
  execFileSync('cc', [...flags, `${path}.c`, '-o', path], { stdio: 'inherit' });
  const same = `${path}-same`;
  return {
    c: path,
    same: buildWithSameLoop(same, text, program, workload, flags, distance) ? same : undefined,
  };
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
  `${rounds} processes of each, in turn; medians; ratios of mapbench in one round: median [middle half]; same loop: C around mapbench's own`,
);
console.log('strategy            pages distance     C ns  same loop  mapbench   to the same loop       to C');
const isWithin: { readonly same: boolean[]; readonly c: boolean[] } = { same: [], c: [] };
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
for (const [what, all] of [
  ['the same loop', isWithin.same],
  ['C', isWithin.c],
] as const)
  console.log(`to ${what}: ${all.filter(Boolean).length} of ${all.length} are 0.97 to 1.03`);

async function compare(forks: Forks, strategy: Strategy, wanted: Case): Promise<void> {
  const { pages, distance = 0 } = wanted;
  const { c, same } = compile(strategy, wanted, distance);
  const head = [strategy.name.padEnd(19), String(pages).padStart(5), String(distance).padStart(8)].join(' ');
  const sides = [
    () => measureC(c),
    () => (same === undefined ? Number.NaN : measureC(same)),
    () => measureFork(forks, wanted),
  ];
  const found: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < rounds; round++) {
    // The order turns, so that drift helps no side.
    for (let turn = 0; turn < sides.length; turn++) {
      const side = (round + turn) % sides.length;
      const took = await (sides[side] as (typeof sides)[number])();
      if (typeof took === 'string') {
        console.log(`${head}  not measured: ${took}`);
        return;
      }
      found[side]?.push(took);
    }
  }
  const [inC, inSame, inMapbench] = found;
  console.log(
    head,
    median(inC).toFixed(1).padStart(9),
    (same === undefined ? '-' : median(inSame).toFixed(1)).padStart(9),
    median(inMapbench).toFixed(1).padStart(9),
    ratioText(inMapbench, inSame, isWithin.same).padEnd(22),
    ratioText(inMapbench, inC, isWithin.c),
  );
}

/** As `1.012 [0.998 1.031]`; notes whether it is within 3 %. */
function ratioText(of: readonly number[], to: readonly number[], within: boolean[]): string {
  const ratios = of.map((ns, round) => ns / (to[round] ?? Number.NaN));
  const ratio = median(ratios);
  if (Number.isNaN(ratio)) return '  -';
  within.push(ratio >= 0.97 && ratio <= 1.03);
  const [low, high] = [quantile(ratios, 0.25), quantile(ratios, 0.75)];
  return `  ${ratio.toFixed(3)} [${low.toFixed(3)} ${high.toFixed(3)}]`;
}
