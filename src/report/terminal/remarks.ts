import type { ChalkInstance } from 'chalk';
import { type CostUnit, formatCost, formatPercent } from '../../format/numbers.ts';
import { plainText, wrapText } from '../../format/text.ts';
import {
  type CaseResult,
  costUnitOf,
  type MeasuredCase,
  type ResultDocument,
} from '../../results/document.ts';
import { ties } from '../../results/ratios.ts';
import { logMedians } from '../../statistics/change.ts';
import { median, variance } from '../../statistics/descriptive.ts';
import { type Drift, diagnose, type Finding, wideInterval } from '../../statistics/diagnosis.ts';
import { forkCount } from '../facts.ts';
import { sentenceOfFinding } from './doctor.ts';

/** Something to be said: of what, and what. */
export interface Remark {
  readonly subject: string;
  readonly sentence: string;
}

type Named<F extends Finding = Finding> = {
  readonly name: string;
  readonly unit: CostUnit;
  readonly forks: number;
  readonly finding: F;
};
type Wide = Extract<Finding, { kind: 'wide' }>;
type Drifting = Extract<Finding, { kind: 'drift' }>;
type Spiky = Extract<Finding, { kind: 'outliers' }>;
type Grouped = Extract<Finding, { kind: 'modes' }>;

/** What makes estimates less sure than they look, and what to do; what several cases show is one remark. */
export function findingsOf(cases: readonly MeasuredCase[], nameOf: (each: MeasuredCase) => string): Remark[] {
  if (costUnitOf(cases) === 'instructions/iter') return agreementOf(cases, nameOf);
  const all = cases.flatMap((each): Named[] => {
    const { unit, point, low, high } = each.estimate;
    if (low === null || high === null) return [];
    const samples = each.forks.map((fork) => fork.samples);
    const about = { name: nameOf(each), unit, forks: samples.length };
    return diagnose(samples, { point, low, high }).map((finding) => ({ ...about, finding }));
  });
  const wide = all.filter((each): each is Named<Wide> => each.finding.kind === 'wide');
  const grouped = all.filter((each): each is Named<Grouped> => each.finding.kind === 'modes');
  const drifting = all.filter((each): each is Named<Drifting> => each.finding.kind === 'drift');
  const spiky = all.filter((each): each is Named<Spiky> => each.finding.kind === 'outliers');
  return [
    ...(wide.length > 0 ? [{ subject: 'wide intervals', sentence: adviceFor(wide, grouped) }] : []),
    ...(grouped.length > 0 ? [{ subject: 'two groups of forks', sentence: describeGroups(grouped) }] : []),
    ...(drifting.length > 0 ? [{ subject: 'drift', sentence: describeDrift(drifting) }] : []),
    ...(spiky.length > 0 ? [{ subject: 'outliers', sentence: describeOutliers(spiky) }] : []),
  ];
}

/**
 * How far the boots of one case are apart: counts do not drift, but where memory lies differs from boot to
 * boot.
 */
export function agreementOf(
  cases: readonly MeasuredCase[],
  nameOf: (each: MeasuredCase) => string,
): Remark[] {
  const spreads = cases.flatMap((each) => {
    const boots = each.forks.flatMap(({ samples }) => (samples.length > 0 ? [median(samples)] : []));
    if (boots.length < 2) return [];
    const [least, most] = [Math.min(...boots), Math.max(...boots)];
    return [{ name: nameOf(each), spread: least === 0 ? 0 : most / least - 1 }];
  });
  const worst = spreads.toSorted((a, b) => b.spread - a.spread)[0];
  if (worst === undefined)
    return [
      { subject: 'one boot', sentence: 'how far another one would differ is not known; use --forks 2' },
    ];
  const percent = `${(worst.spread * 100).toFixed(3)} %`;
  return [{ subject: 'boots', sentence: `all agree within ${percent} (${worst.name} the least)` }];
}

/** How far the runs of each case lie apart, where the document stands for several. */
function spreadOfRuns(cases: readonly MeasuredCase[], nameOf: (each: MeasuredCase) => string): Remark[] {
  const spreads = cases.flatMap((each) => {
    const runs = logMedians(each.forks.map(({ samples }) => samples));
    return runs.length < 2 ? [] : [{ name: nameOf(each), spread: Math.sqrt(variance(runs)) }];
  });
  if (spreads.length === 0) return [];
  const most = spreads.toSorted((a, b) => b.spread - a.spread);
  const named = nameSome(most.map(({ name, spread }) => `${name} ${formatPercent(spread)}`));
  return [{ subject: 'between runs', sentence: `a standard deviation of ${named}` }];
}

/** Rounds have a fork of each case: what all of them drift by is not in their ratios. */
function describeDrift(drifting: readonly Named<Drifting>[]): string {
  const most = drifting.toSorted(
    (a, b) => Math.abs(b.finding.drift.change) - Math.abs(a.finding.drift.change),
  );
  const moves = most.map(({ name, finding }) => `${name} ${driftText(finding.drift)}`);
  return `${nameSome(moves)} from the first fork to the last: the machine changed meanwhile; ratios within this run hold better than times, and mapbench ab cancels it`;
}

/** As `fell by 11 %`. */
export function driftText({ change }: Drift): string {
  return `${change > 0 ? 'rose' : 'fell'} by ${formatPercent(Math.abs(change))}`;
}

function describeOutliers(spiky: readonly Named<Spiky>[]): string {
  const most = spiky.toSorted((a, b) => b.finding.fraction - a.finding.fraction);
  const named = most.map(({ name, finding }) => `${name} ${formatPercent(finding.fraction)}`);
  return `${nameSome(named)} of the samples are severe outliers: something else runs on this CPU`;
}

function describeGroups(grouped: readonly Named<Grouped>[]): string {
  const groups = grouped.map(({ name, unit, finding: { modes } }) => {
    const { low, high, inLow, inHigh } = modes;
    return `${name} ${inLow} around ${formatCost(low, unit)}, ${inHigh} around ${formatCost(high, unit)}`;
  });
  const why = grouped.length > 1 ? 'the machine seems to change between two states, and ' : '';
  return `${groups.join('; ')}: ${why}a median moves with the sizes of the groups`;
}

/** More cases than this are counted, not named. */
const maxNamed = 6;

/** All of them, or the first and how many more. */
function nameSome(texts: readonly string[]): string {
  const named = texts.length > maxNamed + 1 ? texts.slice(0, maxNamed) : texts;
  const more = texts.length > named.length ? ` and ${texts.length - named.length} more` : '';
  return named.join(', ') + more;
}

/** More forks than this help nobody; the cause must go. */
const maxForks = 200;

function adviceFor(wide: readonly Named<Wide>[], grouped: readonly Named<Grouped>[]): string {
  const widest = wide.toSorted((a, b) => b.finding.halfWidth - a.finding.halfWidth);
  // A few stand in the table's order.
  const shown = wide.length > maxNamed + 1 ? widest : wide;
  const widths = nameSome(shown.map(({ name, finding }) => `${name} ±${formatPercent(finding.halfWidth)}`));
  if (wide.every(({ forks }) => forks === 1))
    return `${widths}, and one process says nothing of others; use --forks`;
  // How far apart two groups lie is not a spread that more forks of the same would narrow as usual.
  if (wide.some(({ name }) => grouped.some((each) => each.name === name)))
    return `${widths}, because the forks fall into two groups; run again on a quiet machine, or compare with mapbench ab`;
  const target = `about ±${formatPercent(wideInterval)}`;
  const needed = Math.max(...wide.map(({ finding }) => finding.forks));
  if (needed > maxForks) return `${widths}; run again on a quiet machine, or compare with mapbench ab`;
  const forks = `--forks ${needed}`;
  return wide.every(({ finding }) => finding.because === 'samples')
    ? `${widths}, because samples differ; a longer --time, or ${forks}, would make it ${target}`
    : `${widths}, because processes differ; ${forks} would make it ${target}`;
}

const indent = '  ';

/** More ties than this are counted, not named. */
const maxTies = 2;

/**
 * What the table does not show, a line each: cases as fast as the fastest, what makes estimates unsure, the
 * cases that were not measured and why, and an interruption.
 */
export function remarksOf(document: ResultDocument, width: number, chalk: ChalkInstance): string[] {
  const { cases, interrupted } = document;
  const measured = cases.filter((each) => each.status === 'measured');
  const untold = tieRemarks(measured, (each) => nameOf(each, cases)).map((line) =>
    wrapText(line, width, indent),
  );
  const found = document.options.runs === undefined ? findingsOf : spreadOfRuns;
  const findings = found(measured, (each) => nameOf(each, cases)).map((remark) =>
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
  if (tied.length > maxTies) {
    const count = tied.flatMap(({ others }) => others).length;
    return [`not significantly different from the fastest of their size: ${count} cases`];
  }
  return tied.map(({ cheapest, others }) => {
    const names = others.map(nameOf).join(', ');
    return `not significantly different from ${nameOf(cheapest)}: ${names}`;
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

/** What was found about a run's host that makes its numbers worse. */
function seriousFindings({ findings = [] }: Pick<ResultDocument, 'findings'>): Remark[] {
  return findings
    .filter(({ level }) => level === 'serious')
    .map((finding) => ({ subject: plainText(finding.id), sentence: sentenceOfFinding(finding) }));
}
