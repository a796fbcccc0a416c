import { Chalk, type ChalkInstance } from 'chalk';
import {
  type CaseComparison,
  type DocumentComparison,
  isRegression,
  type LeftCase,
} from '../../comparison/documents.ts';
import type { Cell, Matrix } from '../../comparison/matrix.ts';
import type { JudgedPairs } from '../../comparison/pairs.ts';
import type { Mover } from '../../comparison/relative.ts';
import { largestOf, type Needed } from '../../comparison/verdict.ts';
import type { Cause } from '../../comparison/why.ts';
import {
  costNames,
  formatChange,
  formatCost,
  formatP,
  formatPercent,
  formatSeconds,
} from '../../format/numbers.ts';
import { plainText, textWidth, wrapText } from '../../format/text.ts';
import type { Estimate } from '../../results/document.ts';
import type { Change } from '../../statistics/change.ts';
import { type Column, formatIntervals, lightTable, type RenderOptions } from './light-table.ts';
import { renderCauses } from './why.ts';

/** Columns of the names of cases, as in criterion's output. */
const nameWidth = 24;
const indent = ' '.repeat(nameWidth);

/** Cases compared with a baseline in criterion's three lines: time, change, verdict. */
export function renderComparison(
  comparison: DocumentComparison,
  { color, width }: RenderOptions,
  causes?: ReadonlyMap<string, readonly Cause[]>,
): string {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const blocks = comparison.cases.map((each) => {
    const found = causes?.get(each.id);
    const why =
      found === undefined ? [] : renderCauses(found, each.now.estimate.unit, { width: width - 4, chalk });
    return [...caseLines(each, chalk), ...why.map((line) => line.replaceAll(/^/gm, '    '))].join('\n');
  });
  const left = sentencesOfLeft(comparison.left).map((text) => wrapText(text, width, '  '));
  const unit = comparison.cases.length === 0 ? [] : [wrapText(unitSentence(comparison), width, '  ')];
  return [...blocks, ...(left.length > 0 ? [left.join('\n')] : []), ...unit].join('\n\n');
}

/** What the intervals are over, and what they cannot hold. */
export function unitSentence({ unit, runs }: Pick<DocumentComparison, 'unit' | 'runs'>): string {
  return unit === 'run'
    ? `${runs.old} ${runs.old === 1 ? 'run' : 'runs'} against ${runs.now}; unit of intervals and tests: the run`
    : 'one run a side: what differs from run to run is not known, and is in no interval; run --runs 5 takes several';
}

/** Cases that share a reason, from so many on, are on one line. */
const fewest = 4;

/** Which cases were not compared, and why, as plain text. */
export function sentencesOfLeft(left: readonly LeftCase[]): string[] {
  const idsByReason = new Map<string, string[]>();
  for (const { id, reason } of left) idsByReason.set(reason, [...(idsByReason.get(reason) ?? []), id]);
  return [...idsByReason].flatMap(([reason, ids]) =>
    ids.length < fewest
      ? ids.map((id) => plainText(`not compared: ${id}: ${reason}`))
      : [plainText(`not compared: ${ids.length} cases: ${reason}: ${ids.join(', ')}`)],
  );
}

function caseLines(comparison: CaseComparison, chalk: ChalkInstance): string[] {
  const { id, now, change, threshold } = comparison;
  const name = plainText(id);
  const [time = ''] = formatIntervals([now.estimate], 'full', chalk);
  const first = `${costLabel(now.estimate)}${time}`;
  const head =
    name.length < nameWidth
      ? [chalk.green(name) + ' '.repeat(nameWidth - name.length) + first]
      : [chalk.green(name), indent + first];
  return [
    ...head,
    `${indent}change: ${formatInterval(change, chalk)} (${formatP(change.p)}, threshold ${formatPercent(threshold)})`,
    ...spreadLines(comparison),
    ...relativeLines(comparison, chalk),
    indent + verdictLine(comparison, chalk),
  ];
}

/** `time:` as wide as `change:`, below which it stands. */
const costLabel = ({ unit }: Estimate) => `${costNames[unit]}: `.padEnd('change: '.length);

/** A change with its bounds, as `[-0.21% +0.40% +1.02%]`. */
function formatInterval(
  { low, point, high }: Pick<Change, 'low' | 'point' | 'high'>,
  chalk: ChalkInstance,
): string {
  const [from, middle, to] = [low, point, high].map(formatChange);
  return `${chalk.dim(`[${from}`)} ${chalk.bold(middle)} ${chalk.dim(`${to}]`)}`;
}

/** How far runs lie apart, where they are the unit. */
function spreadLines({ spread }: CaseComparison): string[] {
  if (spread === undefined) return [];
  const forks = spread.forks === undefined ? '' : `, between forks ${formatPercent(spread.forks)}`;
  return [`${indent}standard deviation between runs ${formatPercent(spread.runs)}${forks}`];
}

/** The change of the ratio to the reference, where something moved. */
function relativeLines({ id, relative }: CaseComparison, chalk: ChalkInstance): string[] {
  if (relative === undefined || relative.moved === 'neither') return [];
  const { reference, change, moved } = relative;
  const sentence = movers[moved](strategyOf(id), strategyOf(reference));
  return [`${indent}relative to ${strategyOf(reference)}: ${formatInterval(change, chalk)} ${sentence}`];
}

/** An id begins with the strategy's name. */
const strategyOf = (id: string) => plainText(id.split('/')[0] ?? id);

const movers: Readonly<Record<Exclude<Mover, 'neither'>, (subject: string, reference: string) => string>> = {
  case: (subject, reference) => `(${subject} moved, ${reference} did not)`,
  reference: (subject, reference) => `(${reference} moved, ${subject} did not)`,
  'both alike': () => '(both moved alike: the machine, or what they share)',
  both: () => '(both moved, not alike)',
};

function verdictLine(comparison: CaseComparison, chalk: ChalkInstance): string {
  const { verdict } = comparison;
  const visible = `minimum detectable effect ${formatPercent(comparison.minimumDetectable)}`;
  if (verdict === 'regressed' && !isRegression(comparison))
    return `${chalk.yellow('Slower, but so is the reference: no regression of this case.')} (${visible})`;
  const sentence = verdictSentence(comparison);
  const painted = {
    regressed: chalk.red,
    improved: chalk.green,
    unchanged: String,
    inconclusive: chalk.yellow,
  };
  return `${painted[verdict](sentence)} (${visible})`;
}

/** A verdict in words; of what is open also what would close it. */
export function verdictSentence({
  verdict,
  change,
  needed,
}: Pick<CaseComparison, 'verdict' | 'change' | 'needed'>): string {
  switch (verdict) {
    case 'regressed':
      return 'Performance has regressed.';
    case 'improved':
      return 'Performance has improved.';
    case 'unchanged':
      return `No change larger than ${formatPercent(largestOf(change))}.`;
    case 'inconclusive': {
      const open = `Inconclusive: a change of ${formatPercent(largestOf(change))} is possible`;
      return needed === undefined ? `${open}.` : `${open}; ${neededText(needed)}.`;
    }
  }
}

/** As `9 runs a side (4 min) would show 5 %`. */
function neededText({ unit, count, effect, seconds }: Needed): string {
  const time = seconds === undefined ? '' : ` (${formatSeconds(seconds)})`;
  return `${count} ${unit}s a side${time} would show ${formatPercent(effect)}`;
}

/** Documents side by side: a row a case, a column a document, with the change against the first document. */
export function renderMatrix(matrix: Matrix, { color, width }: RenderOptions): string {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const cases: Column = { head: 'case', align: 'left', cells: matrix.rows.map(({ id }) => plainText(id)) };
  const documents = matrix.names.map((name, index): Column => {
    const cells = matrix.rows.map(({ cells }) => cellText(cells[index] ?? {}, chalk));
    return { head: plainText(name), align: 'right', cells };
  });
  const visible: Column = {
    head: 'MDE',
    align: 'right',
    cells: matrix.rows.map(({ cells }) => visibleIn(cells)),
  };
  const wide = lightTable([cases, ...documents, visible], chalk);
  const legend =
    'in brackets: the change against the first document; * beyond its threshold, p < 0.01 over the whole table; MDE: minimum detectable effect, the smallest slowdown that would have been found';
  if (textWidth(wide) <= width || documents.length <= 2) return `${wide}\n\n${legend}`;
  // A document a block, where they do not fit side by side.
  const [first, ...others] = documents;
  const blocks = others.map((each) => lightTable([cases, ...(first ? [first] : []), each, visible], chalk));
  return [...blocks, legend].join('\n\n');
}

/** What the least sensitive comparison of a row would have found. */
function visibleIn(cells: readonly Cell[]): string {
  const known = cells.flatMap(({ minimumDetectable }) => minimumDetectable ?? []);
  return known.length === 0 ? '-' : formatPercent(Math.max(...known));
}

function cellText({ estimate, change, verdict }: Cell, chalk: ChalkInstance): string {
  if (estimate === undefined) return '-';
  const time = formatCost(estimate.point, estimate.unit);
  if (change === undefined) return time;
  const text = formatChange(change.point);
  if (verdict === 'regressed') return `${time} (${chalk.red(`${text}*`)})`;
  if (verdict === 'improved') return `${time} (${chalk.green(`${text}*`)})`;
  return `${time} (${text} )`;
}

/** A paired comparison: both sides, the ratio with its interval, and what follows. */
export function renderPairs(
  cases: Readonly<Record<'a' | 'b', { readonly id: string }>>,
  judged: JudgedPairs,
  { color }: RenderOptions,
): string {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const { estimates, change, pairs, threshold } = judged;
  const times = formatIntervals([estimates.a, estimates.b], 'full', chalk);
  return [
    `A  ${chalk.green(cases.a.id)}`,
    `   ${costLabel(estimates.a)}${times[0]}`,
    `B  ${chalk.green(cases.b.id)}`,
    `   ${costLabel(estimates.b)}${times[1]}`,
    `   change: ${formatInterval(change, chalk)} (${formatP(change.p)}, ${pairs} paired forks)`,
    `   ${conclusion(judged)} (threshold ${formatPercent(threshold)})`,
  ].join('\n');
}

function conclusion({ verdict, change, minimumDetectable }: JudgedPairs): string {
  const visible = `minimum detectable effect ${formatPercent(minimumDetectable)}`;
  switch (verdict) {
    case 'regressed':
      return `B is slower than A; ${visible}.`;
    case 'improved':
      return `B is faster than A; ${visible}.`;
    case 'unchanged':
      return `No difference larger than ${formatPercent(largestOf(change))}; ${visible}.`;
    case 'inconclusive':
      return `Inconclusive: a difference of ${formatPercent(largestOf(change))} is possible; ${visible}.`;
  }
}
