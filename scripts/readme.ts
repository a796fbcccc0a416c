/**
 * Writes the table of README.md from recorded results, a machine after the other in columns:
 *
 *  npx tsx scripts/readme.ts [results/<document>.json…] [--print]
 *
 * Without documents they are those that the page names; with --print nothing is written and the page is
 * printed.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { formatRatioInterval, formatTime } from '../src/format/numbers.ts';
import { factsOf } from '../src/report/facts.ts';
import type { ResultDocument } from '../src/results/document.ts';
import { markdownTable } from '../src/results/export/markdown.ts';
import { loadDocument } from '../src/results/file.ts';
import { standings } from '../src/results/ratios.ts';
import { wrapMarkdown } from './prose/markdown.ts';

const place = /<!-- Printed by scripts\/readme\.ts of (.*): -->\n[\s\S]*?<!-- end -->/;

const { values, positionals } = parseArgs({
  options: { print: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const page = readFileSync('README.md', 'utf8');
const named = place.exec(page)?.[1]?.split(' ');
if (named === undefined) throw new Error('README.md has no place for the table');
const files = positionals.length > 0 ? positionals : named;
const machines = files.map((file) => ({ file, ...loadDocument(file) }));
const strategies = [...new Set(machines.flatMap(({ cases }) => cases.map(({ strategy }) => strategy)))];

/** The name of a processor without what every name has, and without its kernel's model number. */
const shortName = ({ host }: ResultDocument) =>
  host.cpu
    .replace(/\((R|TM)\)|\b(Processor|CPU)\b|\d+-Core|@.*/g, '')
    .replace(/\s+/g, ' ')
    .trim();

/**
 * A machine's cells of a strategy: time with its interval, ratio to the fastest with its own, page faults.
 */
function cellsOf({ cases }: ResultDocument, strategy: string): string[] {
  const measured = cases.filter((each) => each.status === 'measured');
  const index = measured.findIndex((each) => each.strategy === strategy);
  const [found, standing] = [measured[index], standings(measured)[index]];
  if (found === undefined || standing === undefined)
    return [cases.some((each) => each.strategy === strategy) ? 'unavailable' : '', '', ''];
  const { point } = found.estimate;
  const [low, high] = [found.estimate.low ?? point, found.estimate.high ?? point];
  const { cheapest, isTied, ratio } = standing;
  return [
    `${formatTime(point)} [${formatTime(low)}, ${formatTime(high)}]`,
    found === cheapest && !isTied ? 'fastest' : formatRatioInterval(ratio),
    found.counters?.minorFaultsPerIteration?.toFixed(2) ?? '?',
  ];
}

const table = markdownTable(
  ['strategy', 'W^X', ...machines.flatMap((each) => [shortName(each), 'relative', 'faults'])],
  ['left', 'left', ...machines.flatMap(() => ['right', 'right', 'right'] as const)],
  strategies.map((strategy) => [
    `\`${strategy}\``,
    machines.flatMap(({ cases }) => cases).find((each) => each.strategy === strategy)?.wx ?? '',
    ...machines.flatMap((each) => cellsOf(each, strategy)),
  ]),
);
const facts = machines.map((each) => `- [${each.file}](${each.file}): ${factsOf(each).join(', ')}`);
const made = page.replace(
  place,
  () =>
    `<!-- Printed by scripts/readme.ts of ${files.join(' ')}: -->\n${table}\n\n${facts.join('\n')}\n<!-- end -->`,
);
if (values.print) process.stdout.write(wrapMarkdown(made));
else writeFileSync('README.md', wrapMarkdown(made));
