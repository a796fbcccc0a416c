import type { ChalkInstance } from 'chalk';
import { formatSignificant, formatTime } from '../../format/numbers.ts';
import { countOf, plainText, wrapText } from '../../format/text.ts';
import type { Counters, MeasuredCase } from '../../results/document.ts';
import { type Column, lightTable } from './light-table.ts';

/** What is shown, in this order: the head of the column and whether it is a time. */
const known: Readonly<Record<string, { head: string; isTime?: boolean }>> = {
  minorFaults: { head: 'minor' },
  majorFaults: { head: 'major' },
  userTime: { head: 'user', isTime: true },
  systemTime: { head: 'system', isTime: true },
  voluntarySwitches: { head: 'waits' },
  involuntarySwitches: { head: 'preempted' },
  tlbShootdowns: { head: 'shootdowns' },
  functionCalls: { head: 'calls to CPUs' },
};

/** Counts below this an iteration are other things that the machine does. */
const minCount = 0.005;

/** What was counted an iteration: a row a case, a column for everything that was not zero everywhere. */
export function renderCounters(
  cases: readonly MeasuredCase[],
  chalk: ChalkInstance,
  { width, isBrief = false }: { readonly width: number; readonly isBrief?: boolean },
): string {
  const rows = cases.flatMap(({ id, counters }) =>
    counters === undefined
      ? []
      : [
          {
            id: plainText(id),
            mappings: counters.mappings,
            values: {
              minorFaults: counters.minorFaultsPerIteration,
              majorFaults: counters.majorFaultsPerIteration,
              ...counters.perIteration,
            } as Readonly<Record<string, number>>,
          },
        ],
  );
  if (rows.length === 0) return '';
  const names = [...new Set([...Object.keys(known), ...rows.flatMap(({ values }) => Object.keys(values))])];
  const columns = names.flatMap((name): Column[] => {
    const values = rows.map((row) => row.values[name]);
    if (values.every((value) => value === undefined || Math.abs(value) < minCount)) return [];
    const { head, isTime = false } = known[name] ?? { head: plainText(name) };
    const cells = values.map((value) => {
      if (value === undefined) return '?';
      if (isTime) return formatTime(Math.max(0, value));
      return Math.abs(value) < minCount ? '0' : formatSignificant(value, 3);
    });
    return [{ head, align: 'right', cells }];
  });
  const first: Column = { head: 'an iteration', align: 'left', cells: rows.map(({ id }) => id) };
  const last: Column = {
    head: 'VMAs',
    align: 'right',
    cells: rows.map(({ mappings }) => describeMappings(mappings)),
  };
  return [lightTable([first, ...columns, last], chalk), ...missingLines(cases, width, isBrief)].join('\n');
}

/** As `164`, or `164 → 170` where a batch leaves mappings behind. */
function describeMappings(mappings: Counters['mappings']): string {
  if (mappings === undefined) return '?';
  const { before, after } = mappings;
  return before === after ? String(after) : `${before} → ${after}`;
}

/** One line for everything that is missing for the same reason. */
function missingLines(cases: readonly MeasuredCase[], width: number, isBrief: boolean): string[] {
  const byReason = new Map<string, Set<string>>();
  for (const { counters } of cases) {
    for (const [name, reason] of Object.entries(counters?.missing ?? {}))
      byReason.set(reason, (byReason.get(reason) ?? new Set()).add(name));
  }
  return [...byReason].map(([reason, names]) =>
    wrapText(
      plainText(
        `not counted: ${isBrief ? countOf(names.size, 'counter') : [...names].join(', ')}: ${reason}`,
      ),
      width,
      '  ',
    ),
  );
}
