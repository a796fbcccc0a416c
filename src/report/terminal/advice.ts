import { Chalk, type ChalkInstance } from 'chalk';
import type { Advice, Candidate, DemandCost } from '../../advice/advise.ts';
import { formatCost, formatPercent, formatRatio, formatTime } from '../../format/numbers.ts';
import { countOf, plainText, wrapText } from '../../format/text.ts';
import type { RenderOptions } from './light-table.ts';

/** An advice with what it rests on. */
export interface AdviceReport {
  readonly advice: Advice;
  /** As on the command line; empty for none. */
  readonly demands: readonly string[];
  /** Sentences on what the data lack. */
  readonly caveats: readonly string[];
  /** The choice's program as C; absent where it is not wanted. */
  readonly sketch?: string;
}

/** How many that are left out are named for one reason. */
const mostNamed = 6;

/** An advice for people: what to use, the runner-up, what each demand costs, and the rows that say so. */
export function renderAdvice(report: AdviceReport, { color, width }: RenderOptions): string {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const { advice, caveats, sketch } = report;
  const sentences = [
    ...choiceSentences(advice, chalk),
    ...runnerUpSentences(advice),
    ...advice.costs.map((cost) => costSentence(cost, advice.choice)),
    ...loadSentences(advice),
    ...exclusionSentences(advice),
    ...caveats,
  ];
  const head = report.demands.length === 0 ? 'for no demand' : `for ${report.demands.join(' ')}`;
  return [
    `${chalk.bold(plainText(advice.choice.facts.name))} ${plainText(head)}`,
    sentences.map((sentence) => wrapText(`- ${sentence}`, width, '  ')).join('\n'),
    ...(sketch === undefined
      ? []
      : [`${chalk.bold('In C')}, without checks (mapbench show --lang c has them)\n${sketch}`]),
  ].join('\n\n');
}

/** A row of the data: the time with its interval, the case and the document. */
function rowText({ case: { id, estimate }, document }: Candidate): string {
  const { unit, point, low, high } = estimate;
  const interval =
    low === null || high === null ? '' : ` [${formatCost(low, unit)} to ${formatCost(high, unit)}]`;
  return plainText(`${formatCost(point, unit)}${interval} (${id} in ${document})`);
}

function choiceSentences(advice: Advice, chalk: ChalkInstance): string[] {
  const { choice, tied, isFastest } = advice;
  const sentences = [
    `use ${chalk.bold(plainText(choice.facts.name))}: ${rowText(choice)}; ${exposureOf(choice)}`,
  ];
  if (tied.length === 0) return sentences;
  const names = tied.map(({ facts }) => facts.name);
  const sameClass = tied.some(({ facts }) => facts.wx === choice.facts.wx);
  const owners = sameClass ? `, and the one that most engines ship (${choice.facts.owners})` : '';
  const chosen = isFastest ? 'it is the fastest by its point, and' : 'it is chosen because it is';
  return [
    ...sentences,
    `the data do not separate it from ${plainText(names.join(', '))} (their ratio may be 1); ${chosen} the least exposed of them by W^X${owners}`,
  ];
}

function runnerUpSentences({ choice, runnerUp, tied }: Advice): string[] {
  if (runnerUp === undefined) return ['nothing else is left: there is no runner-up'];
  const ratio = runnerUp.case.estimate.point / choice.case.estimate.point;
  const against = tied.includes(runnerUp) ? 'not significantly different' : `${formatRatio(ratio)} the time`;
  return [
    `runner-up ${plainText(runnerUp.facts.name)}: ${against}, ${rowText(runnerUp)}; ${exposureOf(runnerUp)}`,
  ];
}

const exposureByClass = {
  'no-write': 'no mapping of the code can be written',
  flip: 'the code can be written or run, never both',
  dual: 'the code can be written through a second mapping',
  rwx: 'one mapping can be written and run',
  unknown: 'not known',
} as const;

/**
 * How exposed the code is: by its W^X class, and by the fraction of a load in which it can be written, where
 * that was measured.
 */
function exposureOf({ facts, case: { phases } }: Candidate): string {
  const measured =
    phases?.writeWindow === undefined
      ? ''
      : `, writable for ${formatPercent(phases.writeWindow.share)} of a load`;
  return `W^X ${facts.wx}: ${exposureByClass[facts.wx]}${measured}`;
}

function costSentence({ demand, isJoint, without, ratio, isTold }: DemandCost, choice: Candidate): string {
  const costs = isJoint ? 'cost' : 'costs';
  if (without === choice) return `${demand} ${costs} nothing: the choice would be the same`;
  const [bought, given] = [choice.facts.wx, without.facts.wx];
  const gain = bought === given ? '' : `; it buys W^X ${bought} in place of ${given}`;
  const other = `${plainText(without.facts.name)} without it, ${rowText(without)}`;
  if (!isTold) return `${demand} ${costs} nothing that the data could tell: ${other}${gain}`;
  return `${demand} ${costs} ${formatRatio(ratio)} the time: ${other}${gain}`;
}

function loadSentences({ load, choice }: Advice): string[] {
  if (load === undefined) return [];
  const { loadsPerSecond, threads, cpuFraction, isEnough } = load;
  const demand = `${loadsPerSecond} loads/s × ${formatTime(choice.case.estimate.point)} = ${formatPercent(cpuFraction)} of one CPU`;
  if (isEnough) return [`${demand}, on ${countOf(threads, 'thread')}: enough`];
  return [`${demand}: more than ${countOf(threads, 'thread')} get done`];
}

/** One sentence for each demand, with a few of those that it rules out. */
function exclusionSentences({ excluded }: Advice): string[] {
  const byReason = new Map<string, string[]>();
  for (const { name, demand, reason } of excluded) {
    const key = `${demand}: ${reason}`;
    byReason.set(key, [...(byReason.get(key) ?? []), name]);
  }
  return [...byReason].map(([reason, names]) => {
    const more = names.length - mostNamed;
    const named = names.slice(0, mostNamed).join(', ') + (more > 0 ? ` and ${more} more` : '');
    return plainText(`left out by ${reason}: ${named}`);
  });
}
