import { Chalk, type ChalkInstance } from 'chalk';
import type { HostCell, HostComparison, HostRow, OutlyingHost } from '../../comparison/hosts.ts';
import { formatChange, formatCost, formatPercent } from '../../format/numbers.ts';
import { plainText, textWidth, wrapText } from '../../format/text.ts';
import { caseLabels } from '../facts.ts';
import { type Column, lightTable, type RenderOptions } from './light-table.ts';

/**
 * Hosts side by side: in what they differ, case by host, where the variance comes from, and who stands out.
 */
export function renderHosts(comparison: HostComparison, { color, width }: RenderOptions): string {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const labels = caseLabels(comparison.rows.map(({ id }) => id));
  const parts = [
    factsTable(comparison, chalk),
    estimates(comparison, labels, width, chalk),
    spreadTable(comparison.rows, labels, chalk),
    wrapText(legend, width),
    outlyingLines(comparison, labels, width, chalk).join('\n'),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

const legend =
  'sd: standard deviation of a level as a fraction of the mean, freed of the levels below it; var: fraction of the variance of one ' +
  'sample; severe outliers are pulled in to their fence; hosts also holds what differs from run to run on one host';

/** The facts in which hosts differ, a row a host. */
function factsTable({ hosts, facts }: HostComparison, chalk: ChalkInstance): string {
  const telling = facts.filter(
    ({ name, values }) => name !== 'host' || values.some((each, i) => each !== hosts[i]),
  );
  if (telling.length === 0) return '';
  const columns = telling.map(
    ({ name, values }): Column => ({ head: name, align: 'left', cells: values.map(plainText) }),
  );
  return lightTable([nameColumn('on', hosts), ...columns], chalk);
}

/** Estimates with a column a host, or where that is too wide a row a host, in as many tables as it takes. */
function estimates(
  { hosts, rows }: HostComparison,
  labels: readonly string[],
  width: number,
  chalk: ChalkInstance,
): string {
  const texts = rows.map(({ cells }) => cells.map((cell) => cellText(cell, chalk)));
  const columnOf = (head: string, cells: readonly string[]): Column => ({ head, align: 'right', cells });
  const byHost = hosts.map((host, index) =>
    columnOf(
      plainText(host),
      texts.map((cells) => cells[index] ?? '-'),
    ),
  );
  const wide = lightTable([nameColumn('case', labels), ...byHost], chalk);
  if (textWidth(wide) <= width) return wide;
  const byCase = labels.map((label, index) => columnOf(label, texts[index] ?? []));
  return fitting(nameColumn('host', hosts), byCase, width, chalk).join('\n\n');
}

/** Tables of as many columns as fit, each with the first column. */
function fitting(first: Column, columns: readonly Column[], width: number, chalk: ChalkInstance): string[] {
  const tables: string[] = [];
  let next = 0;
  while (next < columns.length) {
    let end = next + 1;
    const upTo = (to: number) => lightTable([first, ...columns.slice(next, to)], chalk);
    while (end < columns.length && textWidth(upTo(end + 1)) <= width) end++;
    tables.push(upTo(end));
    next = end;
  }
  return tables;
}

function spreadTable(rows: readonly HostRow[], labels: readonly string[], chalk: ChalkInstance): string {
  if (rows.every(({ split }) => split === undefined)) return '';
  const column = (head: string, of: (split: NonNullable<HostRow['split']>) => number): Column => ({
    head,
    align: 'right',
    cells: rows.map(({ split }) => (split === undefined ? '?' : formatPercent(of(split)))),
  });
  const columns = [
    nameColumn('case', labels),
    column('sd hosts', ({ deviations }) => deviations.group),
    column('sd forks', ({ deviations }) => deviations.subgroup),
    column('sd samples', ({ deviations }) => deviations.sample),
    column('var hosts', ({ fractions }) => fractions.group),
    column('var forks', ({ fractions }) => fractions.subgroup),
    column('var samples', ({ fractions }) => fractions.sample),
  ];
  return lightTable(columns, chalk);
}

function outlyingLines(
  { hosts, rows, canStandOut }: HostComparison,
  labels: readonly string[],
  width: number,
  chalk: ChalkInstance,
): string[] {
  if (hosts.length < 2) return ['one host: there is no spread between hosts'];
  if (!canStandOut) return [`${hosts.length} hosts are too few to tell whether one stands out`];
  const lines = rows.flatMap(({ outlying }, index) =>
    outlying.map((each) => outlyingLine(each, labels[index] ?? '', width, chalk)),
  );
  return lines.length > 0 ? lines : ['no host stands out'];
}

function outlyingLine(
  { host, change, deviations }: OutlyingHost,
  label: string,
  width: number,
  chalk: ChalkInstance,
): string {
  const name = plainText(host);
  const sentence = `${name} stands out: ${label} ${formatChange(change)} against the mean of the others`;
  // The others may be equal to the last digit.
  const distance = Number.isFinite(deviations)
    ? `, ${deviations.toFixed(1)} of their standard deviations`
    : '';
  const text = wrapText(sentence + distance, width, '  ');
  return chalk.yellow(text.slice(0, name.length)) + text.slice(name.length);
}

function nameColumn(head: string, names: readonly string[]): Column {
  return { head, align: 'left', cells: names.map(plainText) };
}

function cellText({ estimate, missing }: HostCell, chalk: ChalkInstance): string {
  if (estimate !== undefined) return formatCost(estimate.point, estimate.unit);
  if (missing === undefined) return '-';
  return missing.status === 'failed' ? chalk.red(missing.status) : chalk.yellow(missing.status);
}
