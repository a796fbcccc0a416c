/**
 * What runs between two batches reaches into the next, and through what: the same iteration in batches of several
 * lengths, in a Node process of which only the main thread is pinned, and in one that is pinned whole. Prints the median
 * of the batches with the interrupts that other CPUs took for it (rows TLB and CAL of /proc/interrupts).
 *
 *   npm run batch-length -- [--rounds 5] [--strategy name,…]
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startProgram } from '../src/program/start.ts';
import { calibrate } from '../src/runner/sampler.ts';
import { median } from '../src/statistics/quantile.ts';
import { findStrategy } from '../src/strategies/catalogue.ts';
import { programOf } from '../src/strategies/strategy.ts';
import { allowedCpus, setAllowedCpus, withAllowedCpus } from '../src/system/affinity.ts';
import { hostArchitecture } from '../src/system/architecture.ts';
import { pageSize } from '../src/system/page-size.ts';
import { loadContent } from '../src/workloads/load.ts';
import { ret } from '../src/workloads/ret.ts';

const lengths = [0.2, 2, 20];
const milliseconds = 300;
const cpu = allowedCpus().at(-1) ?? 0;

interface Reading {
  ns: number;
  interrupts: number;
}

/** Interrupts that flush TLBs or call functions on other CPUs, so far. */
function crossCpuInterrupts(): number {
  const rows = readFileSync('/proc/interrupts', 'utf8').split('\n');
  const wanted = rows.filter((row) => /^\s*(TLB|CAL):/.test(row));
  return wanted
    .flatMap((row) => row.match(/(?<=\s)\d+(?=\s)/g) ?? [])
    .reduce((sum, count) => sum + Number(count), 0);
}

function measureHere(name: string, length: number): Reading {
  const strategy = findStrategy(name);
  const architecture = hostArchitecture();
  if (strategy === undefined || architecture === undefined) throw new Error(`cannot run ${name}`);
  const program = programOf(strategy, { pages: 4, pageSize: pageSize() });
  const running = startProgram('native', {
    program,
    content: loadContent(ret, 0, architecture),
    layout: 'guarded',
    architecture,
  });
  const iterations = calibrate(running, length);
  const samples: number[] = [];
  const before = crossCpuInterrupts();
  for (let spent = 0; spent < milliseconds; spent += length) {
    // Some work for the engine and its helpers, as a harness has between batches.
    JSON.parse(JSON.stringify(Array.from({ length: 2000 }, (_, index) => ({ index }))));
    samples.push(running.batch(iterations).nanoseconds / iterations);
  }
  const interrupts = (crossCpuInterrupts() - before) / (samples.length * iterations);
  return { ns: median(samples), interrupts };
}

function measureInChild(name: string, length: number, pinned: 'main thread' | 'whole process'): Reading {
  const whole = pinned === 'whole process';
  const flags = [...(whole ? ['--v8-pool-size=0'] : []), '--import', 'tsx'];
  const run = () =>
    spawnSync(process.execPath, [...flags, import.meta.filename, '--child', `${name} ${length} ${whole}`], {
      encoding: 'utf8',
    });
  const { stdout, stderr, status } = whole ? withAllowedCpus([cpu], run) : run();
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    strategy: { type: 'string', default: 'hugetlb,naive,reuse,memfd' },
    child: { type: 'string' },
  },
});

if (values.child !== undefined) {
  const [name = '', length, whole] = values.child.split(' ');
  if (whole === 'false') setAllowedCpus([cpu]);
  console.log(JSON.stringify(measureHere(name, Number(length))));
} else {
  console.log(`4 pages, medians of ${values.rounds} processes each, interleaved, CPU ${cpu}`);
  console.log('strategy  batch ms  pinned          ns/iter  interrupts/iter');
  for (const name of values.strategy.split(',')) {
    const setups = lengths.flatMap((length) =>
      (['main thread', 'whole process'] as const).map((pinned) => ({ length, pinned })),
    );
    const readings = setups.map((): Reading[] => []);
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const [index, { length, pinned }] of setups.entries()) {
        readings[index]?.push(measureInChild(name, length, pinned));
      }
    }
    setups.forEach(({ length, pinned }, index) => {
      const of = readings[index] ?? [];
      const ns = median(of.map((reading) => reading.ns)).toFixed(0);
      const interrupts = median(of.map((reading) => reading.interrupts)).toFixed(3);
      console.log(
        `${name.padEnd(9)} ${String(length).padStart(8)}  ${pinned.padEnd(14)} ${ns.padStart(8)}  ${interrupts.padStart(15)}`,
      );
    });
  }
}
