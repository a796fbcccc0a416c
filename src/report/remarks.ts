import type { ChalkInstance } from 'chalk';
import type { CaseResult, MeasuredCase, ResultDocument } from '../results/document.ts';
import { forkCount } from './facts.ts';
import { findingsOf, type Remark } from './findings.ts';
import { seriousFindings } from './host-findings.ts';
import { ties } from './relative.ts';
import { plainText, wrapText } from './text.ts';

const indent = '  ';

/** More ties than this are counted, not named. */
const mostTies = 2;

/**
 * What the table does not show, a line each: cases as fast as the fastest, what makes estimates unsure, the cases that
 * were not measured and why, and an interruption.
 */
export function remarksOf(document: ResultDocument, width: number, chalk: ChalkInstance): string[] {
  const { cases, interrupted } = document;
  const measured = cases.filter((each) => each.status === 'measured');
  const untold = tieRemarks(measured, (each) => nameOf(each, cases)).map((line) =>
    wrapText(line, width, indent),
  );
  const findings = findingsOf(measured, (each) => nameOf(each, cases)).map((remark) =>
    findingLine(remark, width, chalk),
  );
  const reasons = cases.flatMap((each) =>
    each.status === 'measured' ? [] : reasonLine(nameOf(each, cases), each, width, chalk),
  );
  const host = seriousFindings(document).map((remark) => findingLine(remark, width, chalk));
  const remarks = [...untold, ...findings, ...host, ...reasons];
  if (interrupted) remarks.push(wrapText(interruption(document), width, indent));
  return remarks;
}

/** Which cases the data do not tell from the fastest; many are counted. */
export function tieRemarks(
  measured: readonly MeasuredCase[],
  nameOf: (each: MeasuredCase) => string,
): string[] {
  const tied = ties(measured);
  if (tied.length > mostTies) {
    const count = tied.flatMap(({ others }) => others).length;
    return [`not told apart from the fastest of their size (their ratio may be 1): ${count} cases`];
  }
  return tied.map(({ fastest, others }) => {
    const names = others.map(nameOf).join(', ');
    return `not told apart from ${nameOf(fastest)} (their ratio may be 1): ${names}`;
  });
}

/** The strategy's name where that is enough to know the case. */
function nameOf({ id, strategy }: CaseResult, cases: readonly CaseResult[]): string {
  const isOnly = cases.filter((other) => other.strategy === strategy).length === 1;
  return plainText(isOnly ? strategy : id);
}

function findingLine({ subject, sentence }: Remark, width: number, chalk: ChalkInstance): string {
  const text = wrapText(`${subject}: ${sentence}`, width, indent);
  return chalk.yellow(text.slice(0, subject.length)) + text.slice(subject.length);
}

function reasonLine(
  name: string,
  { status, reason }: Exclude<CaseResult, { status: 'measured' }>,
  width: number,
  chalk: ChalkInstance,
): string {
  const colored = status === 'failed' ? chalk.red(status) : chalk.yellow(status);
  const text = wrapText(plainText(`${name}: ${status}: ${reason}`), width, indent);
  const start = `${name}: ${status}`;
  return text.startsWith(start) ? `${name}: ${colored}${text.slice(start.length)}` : text;
}

/** What an interrupted run's estimates are from. */
export function interruption({ cases, options }: ResultDocument): string {
  const [forks] = forkCount(cases);
  if (forks === undefined) return 'interrupted: nothing was measured';
  const planned = options.forks === undefined ? '' : `, of ${options.forks} planned`;
  return `interrupted: the estimates are from ${forks}${planned}`;
}
