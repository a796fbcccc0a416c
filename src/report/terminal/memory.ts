import type { ChalkInstance } from 'chalk';
import { type CostUnit, formatBytes, formatCost, formatSignificant } from '../../format/numbers.ts';
import { plainText, wrapText } from '../../format/text.ts';
import type { MeasuredCase } from '../../results/document.ts';
import { caseLabels } from '../facts.ts';
import { type Column, lightTable } from './light-table.ts';

type Memory = NonNullable<MeasuredCase['memory']>;

/** What a live module weighs: a row a case. */
export function renderMemory(
  cases: readonly MeasuredCase[],
  chalk: ChalkInstance,
  { width, isBrief = false }: { readonly width: number; readonly isBrief?: boolean },
): string {
  const labels = caseLabels(cases.map(({ id }) => id));
  const weighed = cases.flatMap(({ memory, estimate: { unit } }, index) =>
    memory === undefined ? [] : [{ memory, unit, label: labels[index] ?? '' }],
  );
  const others = cases.flatMap(({ noMemory }, index) =>
    noMemory === undefined ? [] : [plainText(`${labels[index]}: not weighed: ${noMemory}`)],
  );
  if (weighed.length + others.length === 0) return '';
  const column = (head: string, cellOf: (memory: Memory) => string): Column => ({
    head,
    align: 'right',
    cells: weighed.map(({ memory }) => cellOf(memory)),
  });
  const columns: Column[] = [
    { head: 'a live module', align: 'left', cells: weighed.map(({ label }) => label) },
    column('resident', ({ resident }) => bytes(resident)),
    column('shmem', ({ shared }) => bytes(shared)),
    column('page tables', ({ pageTables }) => bytes(pageTables)),
    column('VMAs', ({ mappings }) => count(mappings)),
    column('descriptors', ({ descriptors }) => count(descriptors)),
    column('reserved', ({ reserved }) => bytes(reserved)),
    column('modules at most', ({ atMost }) => (atMost === undefined ? '?' : String(atMost))),
    column('left', leftText),
    column('child of a fork', ({ afterFork }) => afterFork?.child ?? '0'),
    {
      head: 'next load',
      align: 'right',
      cells: weighed.map(({ memory, unit }) => afterForkText(memory, unit)),
    },
  ];
  const used = columns.filter(({ cells }) => cells.some((cell) => cell !== '0'));
  const legend = [
    'means over up to 64 modules; guards of the layout are left out; at most: where vm.max_map_count ends it; left: after all were unloaded, in all',
    'child of a fork: what it has at the place of the module once its parent has loaded the next one (its own, changed, absent); next load: what that load costs the parent more than others',
  ];
  return [
    ...(weighed.length === 0 ? [] : [lightTable(used, chalk)]),
    ...[...(isBrief ? [] : legend), ...others].map((note) => wrapText(note, width, '  ')),
  ].join('\n');
}

function bytes(value: number): string {
  return value <= 0 ? '0' : formatBytes(Math.round(value));
}

function count(value: number): string {
  return Number.isInteger(value) ? String(value) : formatSignificant(value, 2);
}

function leftText({ left: { resident, mappings, descriptors } }: Memory): string {
  const parts = [
    ...(resident > 0 ? [formatBytes(resident)] : []),
    ...(mappings > 0 ? [`${mappings} VMAs`] : []),
    ...(descriptors > 0 ? [`${descriptors} descriptors`] : []),
  ];
  return parts.join(', ') || '0';
}

/** As `+12.3 µs, 4 faults`. */
function afterForkText({ afterFork }: Memory, unit: CostUnit): string {
  if (afterFork === undefined) return '0';
  const { faults, nanoseconds } = afterFork;
  const time = `${nanoseconds < 0 ? '-' : '+'}${formatCost(Math.abs(nanoseconds), unit)}`;
  return faults > 0 ? `${time}, ${faults} faults` : time;
}
