/**
 * Writes docs/strategies.md from recorded results, and what it leads to: results/strategies-workloads.md, of
 * runs with other workloads, and results/strategies-epyc.md, beside figures of another processor.
 *
 *  npx tsx scripts/strategies.ts [results/<start of the names>, default the Xeon's of 2026-11] [folder]
 *
 * The documents are <start>-catalogue.json, a run of `-s @all --phases`, and <start>-<workload>.json. With a
 * folder, the three are written there.
 */

import { existsSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { formatTime } from '../src/format/numbers.ts';
import { describeHost } from '../src/report/facts.ts';
import type { MeasuredCase, ResultDocument } from '../src/results/document.ts';
import { escapeMarkdown, markdownTable } from '../src/results/export/markdown.ts';
import { loadDocument } from '../src/results/file.ts';
import { catalogue } from '../src/strategies/catalogue.ts';
import { type Group, groups, type Owner, type Strategy } from '../src/strategies/strategy.ts';
import { epycFigures } from './epyc-figures.ts';
import { wrapMarkdown } from './prose/markdown.ts';

const [start = 'results/xeon-firecracker-6.18-2026-11', folder] = process.argv.slice(2);
const recorded = `${start}-catalogue.json`;
const others = ['module', 'reloc', 'patch', 'tenancy', 'cold']
  .map((workload) => `${start}-${workload}.json`)
  .filter((path) => existsSync(path));
const whole = loadDocument(recorded);
const measured = new Map(
  whole.cases.flatMap((each) => (each.status === 'measured' ? [[each.strategy, each]] : [])),
);
const reasons = new Map(
  whole.cases.flatMap((each) => (each.status === 'measured' ? [] : [[each.strategy, each.reason]])),
);
const rwx = measured.get('rwx')?.estimate.point ?? Number.NaN;

const times = (ratio: number) => `${ratio >= 10 ? ratio.toFixed(0) : ratio.toFixed(ratio < 2 ? 2 : 1)}x`;
const code = (text: string) => `\`${text}\``;

/** How long, and for what fraction of a load, the code can be written. */
function windowOf({ phases }: MeasuredCase): string {
  if (phases === undefined) return '';
  const { nanoseconds, share: fraction, executable } = phases.writeWindow;
  if (nanoseconds === 0) return 'none';
  const also = { 'same mapping': ', run meanwhile', alias: ', run through an alias', no: '' }[executable];
  return `${(fraction * 100).toFixed(0)} % (${formatTime(nanoseconds)})${also}`;
}

function rowOf({ name, wx }: Strategy): string[] {
  const found = measured.get(name);
  if (found === undefined)
    return [code(name), reasons.has(name) ? 'unavailable' : 'not measured yet', '', '', '', wx];
  const { estimate, counters } = found;
  return [
    code(name),
    times(estimate.point / rwx),
    formatTime(estimate.point),
    (counters?.minorFaultsPerIteration ?? 0).toFixed(2),
    windowOf(found),
    wx,
  ];
}

function costTable(group: Group): string {
  const rows = catalogue.filter((each) => each.group === group).map(rowOf);
  return markdownTable(
    ['strategy', 'times `rwx`', 'a load', 'faults', 'write window', 'W^X'],
    ['left', 'right', 'right', 'right', 'left', 'left'],
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

/** Ours beside the figures of another processor, as ratios to rwx and as times. */
function againstEpyc(): string {
  const theirs = epycFigures.rwx ?? Number.NaN;
  const rows = Object.entries(epycFigures).flatMap(([name, ns]) => {
    const own = measured.get(name)?.estimate.point;
    if (own === undefined) return [];
    const [ratio, otherRatio] = [own / rwx, ns / theirs];
    const percent = (value: number) => `${value >= 0 ? '+' : ''}${(value * 100).toFixed(0)} %`;
    return [
      [
        code(name),
        times(otherRatio),
        times(ratio),
        percent(ratio / otherRatio - 1),
        formatTime(ns),
        formatTime(own),
        percent(own / ns - 1),
      ],
    ];
  });
  return markdownTable(
    ['strategy', 'EPYC / rwx', 'here / rwx', 'differs', 'EPYC', 'here', 'differs'],
    ['left', 'right', 'right', 'right', 'right', 'right', 'right'],
    rows,
  );
}

/** What loads are made of, from differences between strategies, here and there. */
function parts(): string {
  const here = (name: string) => measured.get(name)?.estimate.point ?? Number.NaN;
  const there = (name: string) => epycFigures[name] ?? Number.NaN;
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
    formatTime(of(there)),
    formatTime(of(here)),
    times(of(here) / of(there)),
  ]);
  return markdownTable(
    ['part', 'from', 'EPYC', 'here', 'here / EPYC'],
    ['left', 'left', 'right', 'right', 'right'],
    rows,
  );
}

/** How many of the ratios, and of the times, are within a quarter of the other processor's. */
function agreement(): string {
  const both = Object.entries(epycFigures).flatMap(([name, ns]) => {
    const own = measured.get(name)?.estimate.point;
    return own === undefined || name === 'rwx'
      ? []
      : [{ time: own / ns, ratio: own / rwx / (ns / (epycFigures.rwx ?? 1)) }];
  });
  const near = (values: readonly number[]) => values.filter((value) => Math.abs(value - 1) <= 0.25).length;
  return `Of ${both.length} ratios to \`rwx\`, ${near(both.map(({ ratio }) => ratio))} are within 25 % of the EPYC's; of ${both.length} times, ${near(both.map(({ time }) => time))} are.`;
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

const unavailable = [...new Set(reasons.values())].map((reason) => {
  const names = [...reasons].filter(([, each]) => each === reason).map(([name]) => code(name));
  return `- ${names.join(', ')}: ${escapeMarkdown(reason)}`;
});
const documents = others.map((path) => loadDocument(path));
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

${catalogue.length} ways to get code into executable memory, and what a load costs with each: ${describeHost(whole.host)}. ${size} pages
of ${whole.host.pageSize / 1024} KiB, one return instruction at each page start, guarded layout, medians of ${whole.options.forks} forks
(\`mapbench run -s @all --phases -o results/${basename(recorded)}\`). The write window is the part of a load in which this process can write
pages that the strategy loads code into. \`mapbench show <strategy>\` prints the exact steps.

${sections.join('\n\n')}

## Not to be had here

${unavailable.join('\n')}

They are built in every backend, encoded as the assembler of binutils does, and verified wherever a host has them.

## With other workloads, and on another processor

What a load costs with whole images, linked ones, patches, a thousand live modules, and cold:
[results/strategies-workloads.md](../results/strategies-workloads.md). Beside figures of an AMD EPYC:
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
  `# The strategies against figures of another processor

The figures that this catalogue began with were measured in C on an AMD EPYC under the same hypervisor and kernel, with a checked stamp
in each page. Two columns of differences: of the ratio to \`rwx\`, and of the time itself.

${againstEpyc()}

Why the other ratios differ: their denominator does, and the price of faults and copies. What loads are made of, from differences between
rows of the table:

${parts()}

\`rwx\` costs ${times(rwx / (epycFigures.rwx ?? Number.NaN))} as much here, because a store to a line that has just run clears this processor's pipeline; it is not the harness, whose
C reads the same ([docs/accuracy.md](../docs/accuracy.md)). All that enters the kernel costs less here: two flips by a third, the others to a third or less.
`,
);
