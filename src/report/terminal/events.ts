import type { ChalkInstance } from 'chalk';
import { formatSignificant } from '../../format/numbers.ts';
import { plainText, wrapText } from '../../format/text.ts';
import type { MeasuredCase } from '../../results/document.ts';
import { caseLabels } from '../facts.ts';
import { type Column, lightTable } from './light-table.ts';

/** The events that were asked for, a load: a row a case, a column an event. */
export function renderEvents(cases: readonly MeasuredCase[], chalk: ChalkInstance, width: number): string {
  const counted = cases.filter(({ events }) => events !== undefined);
  if (counted.length === 0) return '';
  const labels = caseLabels(counted.map(({ id }) => id));
  const names = [...new Set(counted.flatMap(({ events }) => events?.map(({ name }) => name) ?? []))];
  const columns: Column[] = [
    { head: 'events a load', align: 'left', cells: labels },
    ...names.map(
      (name): Column => ({
        head: plainText(name),
        align: 'right',
        cells: counted.map((each) => cellOf(each, name)),
      }),
    ),
  ];
  const note =
    'counted in forks of their own, in which a tracepoint takes its time; intervals are over forks';
  return [lightTable(columns, chalk), wrapText(note, width, '  ')].join('\n');
}

/** As `[3.98 4.00 4.01]`, or the number alone where all forks have the same. */
function cellOf({ events }: MeasuredCase, name: string): string {
  const found = events?.find((each) => each.name === name);
  if (found === undefined) return '?';
  const [low, point, high] = [found.low, found.point, found.high].map(shown);
  return low === high ? String(point) : `[${low} ${point} ${high}]`;
}

/** Counts below this a load are what surrounds a batch. */
const minCount = 0.0005;

function shown(count: number): string {
  return Math.abs(count) < minCount ? '0' : formatSignificant(count, 3);
}
