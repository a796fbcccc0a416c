/**
 * Prints docs/threads.md from recorded runs: `npx tsx scripts/threads.ts > docs/threads.md`. The commands
 * that made these are in the page.
 */

import { join } from 'node:path';
import { efficiencyOf, throughputOf } from '../src/comparison/sweeps.ts';
import { formatPercent, formatShortRate, formatSignificant, formatTime } from '../src/format/numbers.ts';
import type { MeasuredCase } from '../src/results/document.ts';
import { markdownTable } from '../src/results/export/markdown.ts';
import { loadDocument } from '../src/results/file.ts';
import { wrapMarkdown } from './prose/markdown.ts';

const fileOf = (name: string, cpu = 'xeon') => `results/${cpu}-firecracker-6.18-2026-11-${name}.json`;
const load = (name: string, cpu?: string) => loadDocument(join(import.meta.dirname, '..', fileOf(name, cpu)));
const [all, compute, fault] = [load('threads'), load('threads-compute'), load('threads-fault')];
const [ofThreads, ofProcesses] = [load('threads', 'epyc'), load('processes', 'epyc')];
const measuredIn = ({ cases }: typeof all) => cases.filter((each) => each.status === 'measured');
const loading = measuredIn(all);
const strategies = [...new Set(loading.map(({ strategy }) => strategy))];
const threads = [...new Set(loading.map((each) => each.threads))].toSorted((a, b) => a - b);
const most = threads.at(-1) ?? 1;

const caseOf = (cases: readonly MeasuredCase[], strategy: string, count: number) =>
  cases.find((each) => each.strategy === strategy && each.threads === count);

function count(each: MeasuredCase | undefined, name: string): string {
  const value = each?.counters?.perIteration?.[name];
  if (value === undefined) return '?';
  return value < 0.005 ? '0' : formatSignificant(value, 2);
}

const rateOf = (each: MeasuredCase | undefined) =>
  each === undefined ? '' : formatShortRate(throughputOf(each));

function efficiencyText(each: MeasuredCase | undefined, all: readonly MeasuredCase[]): string {
  const found = each && efficiencyOf(each, all);
  return found === undefined ? '' : formatPercent(found);
}

const timeOf = (each: MeasuredCase | undefined) =>
  each === undefined ? '' : formatTime(each.estimate.point);

const scaling = markdownTable(
  [
    'strategy',
    ...threads.map((n) => `loads/s, ${n}`),
    'of perfect',
    `time of a load, ${most}`,
    'TLB interrupts a load',
    'waits a load',
    'faults a load',
    'system time a load',
  ],
  ['left', ...threads.map(() => 'right' as const), ...Array(6).fill('right')],
  strategies.map((strategy) => {
    const last = caseOf(loading, strategy, most);
    return [
      `\`${strategy}\``,
      ...threads.map((n) => rateOf(caseOf(loading, strategy, n))),
      efficiencyText(last, loading),
      timeOf(last),
      count(last, 'tlbShootdowns'),
      count(last, 'voluntarySwitches'),
      formatSignificant(last?.counters?.minorFaultsPerIteration ?? 0, 2),
      formatTime(Math.max(0, last?.counters?.perIteration?.systemTime ?? 0)),
    ];
  }),
);

function interval(each: MeasuredCase | undefined): string {
  if (each?.slowdown === undefined) return '';
  const { low, point, high } = each.slowdown;
  return `${formatPercent(point)} [${formatPercent(low)}, ${formatPercent(high)}]`;
}

const victims = markdownTable(
  [
    'strategy',
    'a computing thread is slower by',
    'a faulting thread is slower by',
    'a load beside a computing thread',
    'a load beside a faulting thread',
  ],
  ['left', ...Array(4).fill('right')],
  strategies.map((strategy) => {
    const [beside, besideFaults] = [compute, fault].map((each) => caseOf(measuredIn(each), strategy, 2));
    return [
      `\`${strategy}\``,
      interval(beside),
      interval(besideFaults),
      timeOf(beside),
      timeOf(besideFaults),
    ];
  }),
);

const [inThreads, inProcesses] = [measuredIn(ofThreads), measuredIn(ofProcesses)];

/** What two threads, and two processes, get done: of the throughput of twice one. */
const shared = markdownTable(
  [
    'strategy',
    'loads/s, 1',
    '2 threads',
    'of perfect',
    '2 processes',
    'of perfect',
    'TLB interrupts a load: threads',
    'processes',
  ],
  ['left', ...Array(7).fill('right')],
  strategies.map((strategy) => {
    const one = caseOf(inThreads, strategy, 1);
    const two = caseOf(inThreads, strategy, 2);
    const apart = inProcesses.find((each) => each.strategy === strategy && each.processes === 2);
    return [
      `\`${strategy}\``,
      rateOf(one),
      rateOf(two),
      efficiencyText(two, inThreads),
      rateOf(apart),
      efficiencyText(apart, inProcesses),
      count(two, 'tlbShootdowns'),
      count(apart, 'tlbShootdowns'),
    ];
  }),
);

const { host, options } = all;
const names = strategies.join(' ');
const total = (strategy: string, n: number) => rateOf(caseOf(loading, strategy, n));

console.log(
  wrapMarkdown(`<!-- Printed by scripts/threads.ts; do not edit. -->
# Several threads

\`mapbench run --threads 1,2,4\` starts threads in one address space (pthread_create, each pinned to a CPU of its own while there are enough), each with a region of
its own, set up by the same program. They wait for each other without sleeping, then run batches of the generated loop for as long as is asked for; a window of all threads is one
sample, the time that a load takes on each loading thread. More threads than CPUs share them: they
sleep until all are there, and the time is that of all together. \`--background\` says what the threads do that do not load:

- \`load\` (default): all load.
- \`compute\`: one loads, the others call code on 64 resident pages and make no system call. What they lose is the result: the same windows with the loading
  thread computing as well are the comparison, so that what two busy CPUs cost each other anyway is in both.
- \`fault\`: half of the threads load, the others drop 64 pages and touch them again (madvise, page faults): both need the locks of the address space.

${host.cpu}, ${host.cpus} CPUs, Linux ${host.kernel}${host.virtualisation === null ? '' : `, ${host.virtualisation}`}, 4 pages of 4 KiB, ${options.forks} forks:
\`mapbench run -s ${names} --threads ${threads.join(',')} --forks ${options.forks} -o ${fileOf('threads')}\`,
the same with \`--threads 2 --background compute\` (${fileOf('threads-compute')}) and \`--background fault\` (${fileOf('threads-fault')}).

## All load

${scaling}

loads/s are of all threads together; "of perfect" is their throughput as a fraction of ${most} times that of one thread. Counts are a load's at ${most} threads:
interrupts for TLB flushes on all CPUs, and times that a thread slept, which is what waiting for mmap_lock is counted as.

On one thread \`reuse\` gets ${total('reuse', 1)} loads a second done, on ${most} all together ${total('reuse', most)}; \`memfd\` ${total('memfd', 1)} and ${total('memfd', most)}. A strategy that changes mappings
sends, on this processor, an interrupt to each CPU on which the process runs, for each change that takes rights away, and waits for the answers (AArch64 and processors with INVLPGB broadcast in place of that); and all changes of one address
space wait for one lock. A dual mapping does neither.

## Threads against processes

\`--processes 2\` starts processes in place of threads: each has an address space of its own, and what they still share is the machine. What threads lose and processes do not is the price
of one address space. On another machine than the other tables: ${ofProcesses.host.cpu} (family 25, model 1), ${ofProcesses.host.cpus} CPUs, Linux ${ofProcesses.host.kernel}, by the command above with
\`-o ${fileOf('threads', 'epyc')}\`, and with \`--processes 1,2\` in place of \`--threads 1,2\` (${fileOf('processes', 'epyc')}).

${shared}

## What others pay

${victims}

The interval is of 95 %. One that holds 0 is no slowdown that could be told: beside \`memfd\` or \`rwx\` a thread loses nothing but what a busy CPU takes of shared
caches or of the core anyway. The three tables' rows are of three runs, and this machine has two speeds (the run says "the forks fall into two groups"), so that
times of a load compare within a column, not along a row.

## Checked with C

\`cc -O2 -pthread scripts/threads-check.c && ./a.out 1 && ./a.out 2\` is \`reuse\` on its own: seven pairs by turns right after the first table's run gave 333 to 384 k loads/s on
one thread and 28 to 38 k on two.

## What cannot be seen here

With 2 CPUs nothing is known of many: an interrupt to one other CPU is the least there can be. No hardware counters on this machine: what the locks cost is
seen through sleeps and system time only.`),
);
