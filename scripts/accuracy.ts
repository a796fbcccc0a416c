/**
 * Holds mapbench against C. For every strategy and size, the C that `mapbench show --lang c` prints is compiled and
 * run in turn with mapbench, both guarded and pinned to one CPU; the ratio of the medians over the pairs is printed,
 * with the middle half of the pairs' ratios and the ratio of the lower quartiles.
 *
 *   npm run accuracy -- [--pairs 10] [--pages 1,4,16] [--strategy name,…] [--libc]
 *
 * With --libc the C calls the C library's wrappers in place of raw system calls.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { median, quantile } from '../src/statistics/quantile.ts';
import { catalogue } from '../src/strategies/catalogue.ts';

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '10' },
    pages: { type: 'string', default: '1,4,16' },
    libc: { type: 'boolean', default: false },
    strategy: { type: 'string', default: catalogue.map(({ name }) => name).join(',') },
  },
});
const pairs = Number(values.pairs);
const bin = join(import.meta.dirname, '../bin/mapbench.js');
const folder = mkdtempSync(join(tmpdir(), 'mapbench-accuracy-'));
const cpu = String(
  Math.max(...execFileSync('nproc', ['--all'], { encoding: 'utf8' }).split('\n').map(Number)) - 1,
);

function mapbench(parameters: string[]): string {
  const { stdout, status, stderr } = spawnSync(process.execPath, [bin, ...parameters], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`mapbench ${parameters.join(' ')}: ${stderr}${stdout}`);
  return stdout;
}

/** Median of one process of the C program, ns/iteration. */
function measureC(program: string): number {
  const { stdout, status, stderr } = spawnSync(program, [cpu, '20', '5'], { encoding: 'utf8' });
  const figure = /: ([\d.]+) ns\/iteration/.exec(stdout)?.[1];
  if (status !== 0 || figure === undefined) throw new Error(`${program}: ${stderr}`);
  return Number(figure);
}

/** Median of one fork of mapbench, ns/iteration. */
function measureMapbench(strategy: string, pages: string): number {
  const parameters = [
    'run',
    '-s',
    strategy,
    '--pages',
    pages,
    '--forks',
    '1',
    '--cpu',
    cpu,
    '--format',
    'json',
  ];
  return JSON.parse(mapbench([...parameters, '--format', 'json'])).cases[0].estimate.point;
}

function compile(strategy: string, pages: string): string {
  const source = join(folder, `${strategy}-${pages}.c`);
  const program = source.slice(0, -2);
  writeFileSync(source, mapbench(['show', strategy, '--lang', 'c', '--pages', pages]));
  // Aligned as mapbench aligns its loops: where gcc happens to put them moves C's own figure by several per cent.
  const flags = ['-O2', '-falign-functions=64', '-falign-loops=64', '-Wall', '-Werror'];
  if (values.libc) flags.push('-DLIBC');
  execFileSync('cc', [...flags, source, '-o', program], { stdio: 'inherit' });
  return program;
}

console.log(
  `${pairs} pairs of processes each, CPU ${cpu}; ratio = mapbench / C of the medians, [middle half of the pairs]`,
);
console.log('strategy       pages      C ns   mapbench ns   ratio                 lower quartiles');
try {
  for (const strategy of (values.strategy ?? '').split(',')) {
    for (const pages of (values.pages ?? '').split(',')) {
      const program = compile(strategy, pages);
      const inC: number[] = [];
      const inMapbench: number[] = [];
      for (let pair = 0; pair < pairs; pair++) {
        // The order alternates, so that drift helps neither side.
        const measures = [
          () => inC.push(measureC(program)),
          () => inMapbench.push(measureMapbench(strategy, pages)),
        ];
        for (const measure of pair % 2 === 0 ? measures : measures.reverse()) measure();
      }
      const ratios = inMapbench.map((ns, pair) => ns / (inC[pair] ?? Number.NaN));
      const ratio = median(inMapbench) / median(inC);
      // Of a machine that slows down now and then, the quarter of the processes that it slowed least tells of the loops.
      const fast = quantile(inMapbench, 0.25) / quantile(inC, 0.25);
      const [low, high] = [quantile(ratios, 0.25), quantile(ratios, 0.75)];
      console.log(
        strategy.padEnd(14),
        pages.padStart(5),
        median(inC).toFixed(1).padStart(9),
        median(inMapbench).toFixed(1).padStart(13),
        `  ${ratio.toFixed(3)} [${low.toFixed(3)} ${high.toFixed(3)}]`,
        `  ${fast.toFixed(3)}`,
      );
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
