/**
 * Writes docs/strategies.md from recorded results, and what it leads to: results/strategies-workloads.md, of
 * runs with other workloads, and results/strategies-epyc.md, of what loads are made of on both processors.
 *
 *  npx tsx scripts/strategies.ts [results/<start of the names>, default the Xeon's of 2026-11] [folder]
 *
 * The documents are <start>-catalogue.json, a run of `-s @all --phases`, the same of the EPYC with --memory,
 * and <start>-<workload>.json. With a folder, the three are written there.
 */

import { existsSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { formatBytes, formatTime } from '../src/format/numbers.ts';
import { describeHost } from '../src/report/facts.ts';
import type { MeasuredCase, ResultDocument } from '../src/results/document.ts';
import { escapeMarkdown, markdownTable } from '../src/results/export/markdown.ts';
import { loadDocument } from '../src/results/file.ts';
import { catalogue } from '../src/strategies/catalogue.ts';
import { type Group, groups, type Owner, type Strategy } from '../src/strategies/strategy.ts';
import { wrapMarkdown } from './prose/markdown.ts';

const [start = 'results/xeon-firecracker-6.18-2026-11', folder] = process.argv.slice(2);
const recorded = `${start}-catalogue.json`;
const others = ['module', 'reloc', 'patch', 'tenancy', 'cold']
  .map((workload) => `${start}-${workload}.json`)
  .filter((path) => existsSync(path));
const otherRecorded = 'results/epyc-firecracker-6.18-2026-11-catalogue.json';

/** A machine's measured cases by strategy, and why the others are none. */
interface Machine {
  readonly document: ResultDocument;
  readonly measured: ReadonlyMap<string, MeasuredCase>;
  readonly reasons: ReadonlyMap<string, string>;
}

function machineOf(path: string): Machine {
  const document = loadDocument(path);
  const measured = new Map<string, MeasuredCase>();
  const reasons = new Map<string, string>();
  for (const each of document.cases)
    if (each.status === 'measured') measured.set(each.strategy, each);
    else reasons.set(each.strategy, each.reason);
  return { document, measured, reasons };
}

const [here, there] = [machineOf(recorded), machineOf(otherRecorded)];

/** Nanoseconds a load. */
const timeOn = ({ measured }: Machine, name: string) => measured.get(name)?.estimate.point ?? Number.NaN;

const times = (ratio: number) => `${ratio >= 10 ? ratio.toFixed(0) : ratio.toFixed(ratio < 2 ? 2 : 1)}x`;
const code = (text: string) => `\`${text}\``;

/** How long, and for what fraction of a load, the code can be written. */
function windowOf({ phases }: MeasuredCase): string {
  if (phases?.writeWindow === undefined) return '';
  const { nanoseconds, share: fraction, executable } = phases.writeWindow;
  if (nanoseconds === 0) return 'none';
  const also = { 'same mapping': ', run meanwhile', alias: ', run through an alias', no: '' }[executable];
  return `${(fraction * 100).toFixed(0)} % (${formatTime(nanoseconds)})${also}`;
}

/** On one machine: as a multiple of rwx, in time, page faults. */
function cellsOn(machine: Machine, name: string): string[] {
  const found = machine.measured.get(name);
  if (found === undefined) return [machine.reasons.has(name) ? 'unavailable' : 'not measured yet', '', ''];
  const { estimate, counters } = found;
  return [
    times(estimate.point / timeOn(machine, 'rwx')),
    formatTime(estimate.point),
    (counters?.minorFaultsPerIteration ?? 0).toFixed(2),
  ];
}

function rowOf({ name, wx }: Strategy): string[] {
  const found = here.measured.get(name) ?? there.measured.get(name);
  return [
    code(name),
    ...cellsOn(here, name),
    ...cellsOn(there, name),
    found === undefined ? '' : windowOf(found),
    wx,
  ];
}

function costTable(group: Group): string {
  const rows = catalogue.filter((each) => each.group === group).map(rowOf);
  return markdownTable(
    [
      'strategy',
      'Xeon / `rwx`',
      'a load',
      'faults',
      'EPYC / `rwx`',
      'a load',
      'faults',
      'write window',
      'W^X',
    ],
    ['left', 'right', 'right', 'right', 'right', 'right', 'right', 'left', 'left'],
    rows,
  );
}

/** What a live module weighs, and what a fork does to it. */
function memoryTable(): string {
  const rows = catalogue.flatMap(({ name }) => {
    const memory = there.measured.get(name)?.memory;
    if (memory === undefined) return [];
    const { resident, shared, huge, mappings, descriptors, reserved, atMost, afterFork } = memory;
    return [
      [
        code(name),
        formatBytes(Math.round(resident)),
        shared > 0 ? 'shmem' : huge > 0 ? 'huge page pool' : 'private or page cache',
        String(Math.round(mappings * 100) / 100),
        String(descriptors),
        formatBytes(Math.round(reserved)),
        atMost === undefined ? '?' : String(atMost),
        afterFork?.child ?? '?',
        afterFork === undefined ? '?' : String(afterFork.faults),
        afterFork === undefined ? '?' : formatTime(Math.max(0, afterFork.nanoseconds)),
      ],
    ];
  });
  return markdownTable(
    [
      'strategy',
      'resident',
      'counted as',
      'VMAs',
      'fds',
      'reserved',
      'modules at most',
      'child of a fork',
      'faults',
      'next load',
    ],
    ['left', 'right', 'left', 'right', 'right', 'right', 'right', 'left', 'right', 'right'],
    rows,
  );
}

const linkTo = ({ project, url, note }: Owner) =>
  `[${project}](${url})${note === undefined ? '' : ` (${note})`}`;

function aboutTable(group: Group): string {
  const rows = catalogue
    .filter((each) => each.group === group)
    .map(({ name, summary, needs, shippedBy = [] }) => [
      code(name),
      escapeMarkdown(summary),
      escapeMarkdown(needs),
      shippedBy.length === 0 ? 'nobody found' : shippedBy.map(linkTo).join(', '),
    ]);
  return markdownTable(
    ['strategy', 'what it does', 'what it needs', 'who ships it'],
    ['left', 'left', 'left', 'left'],
    rows,
  );
}

/** What loads are made of, from differences between strategies, here and there. */
function parts(): string {
  const pages = size ?? 4;
  const made: readonly [what: string, from: string, of: (ns: (name: string) => number) => number][] = [
    ['a store and a call, a page', '`rwx` / pages', (ns) => ns('rwx') / pages],
    ['two flips', '`reuse` - `rwx`', (ns) => ns('reuse') - ns('rwx')],
    [
      'a fault on a fresh page, and giving it back',
      '(`reuse_dontneed` - `reuse`) / pages',
      (ns) => (ns('reuse_dontneed') - ns('reuse')) / pages,
    ],
    ['a pwrite, a page', '`memfd_pwrite` / pages', (ns) => ns('memfd_pwrite') / pages],
    ['the same through /proc/self/mem', '`procmem` / pages', (ns) => ns('procmem') / pages],
    ['a round trip to another process', '`memfd_oop` - `memfd`', (ns) => ns('memfd_oop') - ns('memfd')],
    ['a barrier', '`memfd_sync` - `memfd`', (ns) => ns('memfd_sync') - ns('memfd')],
  ];
  const rows = made.map(([what, from, of]) => [
    what,
    from,
    formatTime(of((name) => timeOn(here, name))),
    formatTime(of((name) => timeOn(there, name))),
    times(of((name) => timeOn(here, name)) / of((name) => timeOn(there, name))),
  ]);
  return markdownTable(
    ['part', 'from', 'Xeon', 'EPYC', 'Xeon / EPYC'],
    ['left', 'left', 'right', 'right', 'right'],
    rows,
  );
}

/** How many of the ratios, and of the times, are within a quarter of the other processor's. */
function agreement(): string {
  const both = [...here.measured.keys()].filter((name) => name !== 'rwx' && there.measured.has(name));
  const ratioOn = (machine: Machine, name: string) => timeOn(machine, name) / timeOn(machine, 'rwx');
  const near = (of: (machine: Machine, name: string) => number) =>
    both.filter((name) => Math.abs(of(here, name) / of(there, name) - 1) <= 0.25).length;
  return `Of ${both.length} ratios to \`rwx\`, ${near(ratioOn)} of the two processors are within 25 % of each other; of ${both.length} times, ${near(timeOn)} are.`;
}

/** Each workload a column: the cost of a load, and that of rwx beside it. */
function workloadTable(documents: readonly ResultDocument[]): string {
  const head = documents.map(({ options }) => options.workload ?? '?');
  const cell = (document: ResultDocument, name: string) => {
    const of = (strategy: string) => document.cases.find((each) => each.strategy === strategy);
    const found = of(name);
    const reference = of('rwx');
    if (found?.status !== 'measured' || reference?.status !== 'measured') return '-';
    return `${times(found.estimate.point / reference.estimate.point)} (${formatTime(found.estimate.point)})`;
  };
  return markdownTable(
    ['strategy', ...head],
    ['left', ...head.map(() => 'right' as const)],
    catalogue.map(({ name }) => [code(name), ...documents.map((each) => cell(each, name))]),
  );
}

const titles: Readonly<Record<Group, string>> = {
  article: "The article's",
  engines: "Engines'",
  kernel: 'What the kernel offers beyond',
  user: '',
};

const unavailable = [...new Set(there.reasons.values())].map((reason) => {
  const names = [...there.reasons].filter(([, each]) => each === reason).map(([name]) => code(name));
  return `- ${names.join(', ')}: ${escapeMarkdown(reason)}`;
});
const documents = others.map((path) => loadDocument(path));
const whole = here.document;
const [size] = whole.options.pages ?? [4];
const sections = groups
  .filter((group) => group !== 'user')
  .map((group) => `## ${titles[group]}\n\n${costTable(group)}\n\n${aboutTable(group)}`);

/** Writes a page, into its own folder or, of the same name, into the one that was named. */
function write(path: string, text: string): void {
  const page = `<!-- Printed by scripts/strategies.ts; do not edit. -->\n${text.trim()}\n`;
  writeFileSync(folder === undefined ? path : join(folder, basename(path)), wrapMarkdown(page));
}

write(
  'docs/strategies.md',
  `# The strategies

${catalogue.length} ways to get code into executable memory, and what a load costs with each: ${describeHost(whole.host)}, and ${describeHost(there.document.host)}. ${size} pages
of ${whole.host.pageSize / 1024} KiB, one return instruction at each page start, guarded layout, medians of ${whole.options.forks} forks
(\`mapbench run -s @all --phases -o results/${basename(recorded)}\`, and with \`--memory\` [${basename(otherRecorded)}](../${otherRecorded})). The write window, of the Xeon where it was measured there, is the part of a load in which this process can write
pages that the strategy loads code into. \`mapbench show <strategy>\` prints the exact steps.

${sections.join('\n\n')}

## What a live module weighs

On the EPYC (\`run --memory\`): means over up to 64 live modules, guards of the layout left out; *modules at most*: where \`vm.max_map_count\` of
65,530 ends it. *Child of a fork*: what it has at the place of the module once its parent has loaded the next one: its own code, changed code, or
none (\`absent\`: the parent keeps nothing mapped between loads, or unmapped it); *faults* and *next load*: what that load costs the parent more
than others. Strategies whose modules cannot live beside others are left out.

${memoryTable()}

## Not to be had here

${unavailable.join('\n')}

They are built in every backend, encoded as the assembler of binutils does, and verified wherever a host has them.

## With other workloads, and on both processors

What a load costs with whole images, linked ones, patches, a thousand live modules, and cold:
[results/strategies-workloads.md](../results/strategies-workloads.md). What loads are made of, on both:
[results/strategies-epyc.md](../results/strategies-epyc.md). ${agreement()}
`,
);

write(
  'results/strategies-workloads.md',
  `# The strategies with other workloads

What a load costs with whole images (\`module\`), linked ones (\`reloc\`), one 8-byte patch into a resident MiB (\`patch\`), a thousand live
modules (\`tenancy\`) and everything from the first system call to the last (\`cold\`); relative to \`rwx\` with the same workload. A dash:
the two make no sense together, or this host lacks what it needs ([docs/workloads.md](../docs/workloads.md)).

${workloadTable(documents)}
`,
);

write(
  'results/strategies-epyc.md',
  `# What loads are made of, on two processors

From differences between rows of the tables of [docs/strategies.md](../docs/strategies.md), both by this program under the same hypervisor:

${parts()}

\`rwx\` costs ${times(timeOn(here, 'rwx') / timeOn(there, 'rwx'))} as much on the Xeon, because a store to a line that has just run clears this processor's pipeline; it is not the harness, whose
C reads the same ([docs/accuracy.md](../docs/accuracy.md)). 
`,
);
