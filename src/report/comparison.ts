import { Chalk, type ChalkInstance } from 'chalk';
import type { CaseComparison, DocumentComparison, Verdict } from '../comparison/documents.ts';
import { formatSignificant } from './format-number.ts';
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

/** A share as a signed percentage, as `+1.25%`. */
export function formatChange(share: number): string {
  return `${share < 0 ? '-' : '+'}${Math.abs(share * 100).toFixed(2)}%`;
}

/** A share as a percentage of two digits, as `9.3 %`. */
export function formatPercent(share: number): string {
  return `${formatSignificant(share * 100, 2)} %`;
}

/** A p-value, as `p = 0.62` or `p < 0.01`. */
export function formatP(p: number): string {
  return p < 0.005 ? 'p < 0.01' : `p = ${p.toFixed(2)}`;
}

/** Cases compared with a baseline in criterion's three lines: time, change, verdict. */
export function renderComparison(comparison: DocumentComparison, { color, width }: RenderOptions): string {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const blocks = comparison.cases.map((each) => caseLines(each, chalk).join('\n'));
  const left = comparison.left.map((reason) => wrapText(plainText(`not compared: ${reason}`), width, '  '));
  return [...blocks, ...(left.length > 0 ? [left.join('\n')] : [])].join('\n\n');
}

function caseLines(comparison: CaseComparison, chalk: ChalkInstance): string[] {
  const { id, now, change, verdict, threshold } = comparison;
  const name = plainText(id);
  const [time = ''] = formatIntervals([now.estimate], 'full', chalk);
  const first = `time:   ${time}`;
  const [low, point, high] = [change.low, change.point, change.high].map(formatChange);
  const head =
    name.length < nameWidth
      ? [chalk.green(name) + ' '.repeat(nameWidth - name.length) + first]
      : [chalk.green(name), indent + first];
  return [
    ...head,
    `${indent}change: ${chalk.dim(`[${low}`)} ${chalk.bold(point)} ${chalk.dim(`${high}]`)} (${formatP(change.p)}, threshold ${formatPercent(threshold)})`,
    indent + verdictLine(verdict, comparison.smallestVisible, chalk),
  ];
}

function verdictLine(verdict: Verdict, visible: number, chalk: ChalkInstance): string {
  const sentence = sentences[verdict];
  if (verdict === 'regressed') return chalk.red(sentence);
  if (verdict === 'improved') return chalk.green(sentence);
  return `${sentence}; could have seen ${formatPercent(visible)} or more.`;
}
