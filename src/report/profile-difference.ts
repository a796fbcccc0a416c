import { Chalk } from 'chalk';
import { functionTotals } from '../profile/totals.ts';
import type { DifferenceTree } from '../profile/tree.ts';
import { formatTime } from './format-time.ts';
import { type Column, lightTable } from './light-table.ts';

const functionsShown = 10;

/** What a strategy's steps and the kernel's functions take more or less than another strategy's, as tables. */
export function renderDifference(
  tree: DifferenceTree,
  from: string,
  { color }: { readonly color: boolean },
): string {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const steps = tree.children.toSorted(byChange((step) => step.delta));
  const functions = functionTotals(tree)
    .filter(({ name }) => steps.every((step) => step.name !== name))
    .sort(byChange(({ selfDelta }) => selfDelta))
    .slice(0, functionsShown);
  const columns = (head: string, rows: readonly Row[]): Column[] => [
    { head, align: 'left', cells: rows.map(({ name }) => name) },
    { head: from, align: 'right', cells: rows.map(({ value, delta }) => time(value - delta)) },
    { head: tree.name, align: 'right', cells: rows.map(({ value }) => time(value)) },
    { head: 'change', align: 'right', cells: rows.map(({ delta }) => signed(delta)) },
  ];
  const itself = functions.map(({ name, self, selfDelta }) => ({ name, value: self, delta: selfDelta }));
  return [
    lightTable(columns('step, time an iteration', steps), chalk),
    lightTable(columns('function of the kernel, itself', itself), chalk),
    'The two were looked at one after the other: small changes are noise. mapbench ab decides.',
  ].join('\n\n');
}

interface Row {
  readonly name: string;
  /** ns an iteration */
  readonly value: number;
  /** ns an iteration */
  readonly delta: number;
}

const byChange =
  <T>(of: (row: T) => number) =>
  (a: T, b: T) =>
    Math.abs(of(b)) - Math.abs(of(a));

/** Differences of sums are seldom exactly 0. */
const time = (value: number) => (value < 1e-6 ? '-' : formatTime(value));

const signed = (delta: number) => `${delta < 0 ? '-' : '+'}${formatTime(Math.abs(delta))}`;
