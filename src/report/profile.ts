import { Chalk, type ChalkInstance } from 'chalk';
import { type Profile, perfShareOf, samplesOf } from '../profile/stack.ts';
import { type StepSummary, summaryOf } from '../profile/summary.ts';
import { formatPercent } from './format-percent.ts';
import { formatTime } from './format-time.ts';
import { type Column, lightTable } from './light-table.ts';
import { countOf, wrapText } from './text.ts';

/** Functions of the kernel shown for each step. */
const functionsShown = 4;

/** Steps below this share of the samples are not worth a line. */
const leastShare = 0.005;

/** A profile in words: steps with the kernel's functions that cost most, the way there, and what perf itself took. */
export function renderProfile(
  profile: Profile,
  notes: readonly string[],
  { color, width }: { readonly color: boolean; readonly width: number },
): string {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const { strategy, pages, event, perIteration, otherSamples } = profile;
  const head = `${strategy}, ${countOf(pages, 'page')}: ${samplesOf(profile)} samples of ${event} in the loop, ${otherSamples} outside; ${formatTime(perIteration)} an iteration under perf`;
  const steps = summaryOf(profile, functionsShown).filter(({ share }) => share >= leastShare);
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
  const rows = steps.flatMap(({ step, time, share, kernelShare, functions }) => {
    const [first, ...others] = functions;
    return [
      [step, formatTime(time), formatPercent(share), formatPercent(kernelShare), ...functionCells(first)],
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
  return found === undefined ? ['', ''] : [formatPercent(found.share), found.name];
}

function pathLine({ step, path, kernelShare }: StepSummary): string[] {
  return path.length === 0 || kernelShare < 0.05 ? [] : [`${step}: ${path.join(' > ')}`];
}

/** What perf itself took of the loop. */
function perfLine(profile: Profile): string[] {
  const share = perfShareOf(profile);
  if (share < leastShare) return [];
  return [
    `${formatPercent(share)} of the samples are perf’s own doing (perf_event_mmap): the kernel tells it of every mapping that can be executed. Without perf nobody pays for that.`,
  ];
}
