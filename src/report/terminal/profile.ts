import { Chalk, type ChalkInstance } from 'chalk';
import { formatPercent, formatTime } from '../../format/numbers.ts';
import { countOf, wrapText } from '../../format/text.ts';
import { type StepSummary, summaryOf } from '../../profile/summary.ts';
import { functionTotals } from '../../profile/totals.ts';
import { type DifferenceTree, type Profile, perfFractionOf, samplesOf } from '../../profile/tree.ts';
import { type Column, lightTable } from './light-table.ts';

/** Functions of the kernel shown for each step. */
const functionsShown = 4;

/** Steps below this fraction of the samples are not worth a line. */
const minFraction = 0.005;

/**
 * A profile in words: steps with the kernel's functions that cost most, the way there, and what perf itself
 * took.
 */
export function renderProfile(
  profile: Profile,
  notes: readonly string[],
  { color, width }: { readonly color: boolean; readonly width: number },
): string {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const { strategy, pages, event, perIteration, otherSamples } = profile;
  const head = `${strategy}, ${countOf(pages, 'page')}: ${samplesOf(profile)} samples of ${event} in the loop, ${otherSamples} outside; ${formatTime(perIteration)} an iteration under perf`;
  const steps = summaryOf(profile, functionsShown).filter(({ fraction }) => fraction >= minFraction);
  const wrapped = wrapText(head, width, '  ');
  const remarks = [...steps.flatMap((step) => pathLine(step)), ...perfLine(profile), ...notes];
  return [
    chalk.green(strategy) + wrapped.slice(strategy.length),
    table(steps, chalk),
    remarks.map((line) => wrapText(line, width, '  ')).join('\n'),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** A line a step, and below it one for each further function. */
function table(steps: readonly StepSummary[], chalk: ChalkInstance): string {
  const rows = steps.flatMap(({ step, time, fraction, kernelFraction, functions }) => {
    const [first, ...others] = functions;
    return [
      [
        step,
        formatTime(time),
        formatPercent(fraction),
        formatPercent(kernelFraction),
        ...functionCells(first),
      ],
      ...others.map((each) => ['', '', '', '', ...functionCells(each)]),
    ];
  });
  const heads = ['step', 'time', 'samples', 'in kernel', 'itself', 'function of the kernel'];
  const columns = heads.map(
    (title, index): Column => ({
      head: title,
      align: index === 0 || index === 5 ? 'left' : 'right',
      cells: rows.map((row) => row[index] ?? ''),
    }),
  );
  return lightTable(columns, chalk);
}

function functionCells(found: StepSummary['functions'][number] | undefined): string[] {
  return found === undefined ? ['', ''] : [formatPercent(found.fraction), found.name];
}

function pathLine({ step, path, kernelFraction }: StepSummary): string[] {
  return path.length === 0 || kernelFraction < 0.05 ? [] : [`${step}: ${path.join(' > ')}`];
}

/** What perf itself took of the loop. */
function perfLine(profile: Profile): string[] {
  const fraction = perfFractionOf(profile);
  if (fraction < minFraction) return [];
  return [
    `${formatPercent(fraction)} of the samples are perf’s own doing (perf_event_mmap): the kernel tells it of every mapping that can be executed. Without perf nobody pays for that.`,
  ];
}

const changesShown = 10;

/**
 * What a strategy's steps and the kernel's functions take more or less than another strategy's, as tables.
 */
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
    .slice(0, changesShown);
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
