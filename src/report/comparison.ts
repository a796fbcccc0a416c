import { Chalk, type ChalkInstance } from 'chalk';
import {
  type CaseComparison,
  type DocumentComparison,
  isRegression,
  type LeftCase,
  type Verdict,
} from '../comparison/documents.ts';
import type { Mover } from '../comparison/relative.ts';
import type { Change } from '../statistics/change.ts';
import { formatChange, formatP, formatPercent } from './format-percent.ts';
import { formatIntervals } from './intervals.ts';
import type { RenderOptions } from './table.ts';
import { plainText, wrapText } from './text.ts';

/** Columns of the names of cases, as in criterion's output. */
const nameWidth = 24;
const indent = ' '.repeat(nameWidth);

const sentences: Readonly<Record<Verdict, string>> = {
  regressed: 'Performance has regressed.',
  improved: 'Performance has improved.',
  noise: 'Change within noise threshold',
  none: 'No change in performance detected',
};

/** Cases compared with a baseline in criterion's three lines: time, change, verdict. */
export function renderComparison(comparison: DocumentComparison, { color, width }: RenderOptions): string {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const blocks = comparison.cases.map((each) => caseLines(each, chalk).join('\n'));
  const left = sentencesOfLeft(comparison.left).map((text) => wrapText(text, width, '  '));
  return [...blocks, ...(left.length > 0 ? [left.join('\n')] : [])].join('\n\n');
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
  const first = `time:   ${time}`;
  const head =
    name.length < nameWidth
      ? [chalk.green(name) + ' '.repeat(nameWidth - name.length) + first]
      : [chalk.green(name), indent + first];
  return [
    ...head,
    `${indent}change: ${formatInterval(change, chalk)} (${formatP(change.p)}, threshold ${formatPercent(threshold)})`,
    ...relativeLines(comparison, chalk),
    indent + verdictLine(comparison, chalk),
  ];
}

/** A change with its bounds, as `[-0.21% +0.40% +1.02%]`. */
export function formatInterval(
  { low, point, high }: Pick<Change, 'low' | 'point' | 'high'>,
  chalk: ChalkInstance,
): string {
  const [from, middle, to] = [low, point, high].map(formatChange);
  return `${chalk.dim(`[${from}`)} ${chalk.bold(middle)} ${chalk.dim(`${to}]`)}`;
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
  const { verdict, smallestVisible } = comparison;
  const sentence = sentences[verdict];
  const visible = `could have seen ${formatPercent(smallestVisible)} or more`;
  if (verdict === 'regressed') {
    if (isRegression(comparison)) return `${chalk.red(sentence)} (${visible})`;
    return `${chalk.yellow('Slower, but so is the reference: no regression of this case.')} (${visible})`;
  }
  return verdict === 'improved' ? `${chalk.green(sentence)} (${visible})` : `${sentence}; ${visible}.`;
}
