import { costNames } from '../format/numbers.ts';
import type { CaseResult, MeasuredCase, ResultDocument } from '../results/document.ts';
import {
  type Change,
  changeOf,
  differenceOfForks,
  holm,
  type LogDifference,
  minForks,
  minimumDetectable,
} from '../statistics/change.ts';
import { canTellRuns, differenceOfRuns, type RunDifference } from '../statistics/runs.ts';
import { splitVariance } from '../statistics/variance.ts';
import {
  learntThreshold,
  type Mover,
  minThreshold,
  moverOf,
  type RelativeChange,
  referenceFor,
  relativeChange,
} from './relative.ts';
import { mergedRuns, runValues } from './runs.ts';
import {
  defaultMargin,
  type InferenceUnit,
  type Needed,
  neededFor,
  type Verdict,
  verdictOf,
} from './verdict.ts';

/** One case of two sides. */
export interface CaseComparison {
  readonly id: string;
  /** Of several runs, with the run as the unit (see `mergedRuns`). */
  readonly old: MeasuredCase;
  readonly now: MeasuredCase;
  readonly unit: InferenceUnit;
  /** Of logarithms. */
  readonly difference: LogDifference;
  readonly change: Change;
  /** As a fraction: 0.05 is 5 %. */
  readonly threshold: number;
  readonly verdict: Verdict;
  /** Where it is inconclusive: what would show a change of the margin's size, if anything does. */
  readonly needed?: Needed;
  /**
   * How far runs, and forks within runs, lie apart, where runs are the unit: standard deviations, as
   * fractions.
   */
  readonly spread?: { readonly runs: number; readonly forks?: number };
  /** The smallest slowdown that would have been found with a probability of 95 %, as a fraction. */
  readonly minimumDetectable: number;
  /** Against the reference case, where there is one. */
  readonly relative?: RelativeChange & { readonly moved: Mover };
}

/** A case that cannot be compared. */
export interface LeftCase {
  readonly id: string;
  /** As `not in the older document`. */
  readonly reason: string;
}

/** Two documents, case by case. */
export interface DocumentComparison {
  /** What an interval counts: forks of one run a side, or runs. */
  readonly unit: InferenceUnit;
  /** Runs of either side. */
  readonly runs: { readonly old: number; readonly now: number };
  readonly cases: readonly CaseComparison[];
  /** Cases of either document that cannot be compared. */
  readonly left: readonly LeftCase[];
  /** The ids of cases that failed in the newer document and were measured in the older one. */
  readonly broken: readonly string[];
}

/** How documents are compared. */
export interface CompareOptions {
  /**
   * As a fraction; default: of one run a side learnt from the older document's own spread, for each case; of
   * several 1 % (0.1 % of instructions).
   */
  readonly threshold?: number;
  /**
   * What an interval must exclude for a case to be unchanged, as a fraction; default 5 %, 1 % of
   * instructions.
   */
  readonly margin?: number;
  /** The chance of any false positive among all cases of a comparison; default 0.01. */
  readonly alpha?: number;
  /** The strategy whose cases the others are seen relative to; default: none. */
  readonly relativeTo?: string;
  /**
   * Also compares a case with one of another layout, engine, policy or cache maintenance, if each side has
   * one of that work.
   */
  readonly acrossSettings?: boolean;
}

const defaultAlpha = 0.01;

/**
 * Compares the cases that two sides share by their id; names those that they do not share. A side is one
 * document or several, each a run: with one a side the forks are the unit, with more the runs.
 */
export function compareDocuments(
  oldRuns: readonly ResultDocument[],
  nowRuns: readonly ResultDocument[],
  options: CompareOptions = {},
): DocumentComparison {
  const [firstOld, firstNow] = [oldRuns[0], nowRuns[0]];
  if (firstOld === undefined || firstNow === undefined) throw new RangeError('a side has no document');
  return oldRuns.length === 1 && nowRuns.length === 1 && !isMerged(firstOld) && !isMerged(firstNow)
    ? compareSides(firstOld, firstNow, 'fork', options)
    : compareSides(asRuns(oldRuns), asRuns(nowRuns), 'run', options);
}

/** What is merged already, as a level of the history, stays. */
function asRuns(documents: readonly ResultDocument[]): ResultDocument {
  const [first] = documents;
  return first !== undefined && isMerged(first) ? first : mergedRuns(documents);
}

const isMerged = ({ options }: ResultDocument) => options.runs !== undefined;

/** Two sides, each one document, in which a fork is a fork or a run. */
interface Sides {
  readonly old: ResultDocument;
  readonly now: ResultDocument;
  readonly unit: InferenceUnit;
}

function compareSides(
  old: ResultDocument,
  now: ResultDocument,
  unit: InferenceUnit,
  options: CompareOptions,
): DocumentComparison {
  const sides = { old, now, unit };
  const { pairs, left } = matchCases(sides, options.acrossSettings ?? false);
  const cases = judgeAll(pairs, sides, options);
  const { relativeTo, threshold, alpha = defaultAlpha } = options;
  return {
    unit,
    runs: { old: old.options.runs ?? 1, now: now.options.runs ?? 1 },
    cases:
      relativeTo === undefined
        ? cases
        : withRelative(cases, old, now, { threshold, alpha, relativeTo, unit }),
    left,
    broken: now.cases.flatMap(({ id, status }) =>
      status === 'failed' && old.cases.some((each) => each.id === id && each.status === 'measured')
        ? [id]
        : [],
    ),
  };
}

/** The same case of both sides. */
interface Pair {
  readonly before: MeasuredCase;
  readonly current: MeasuredCase;
}

/** The cases that can be compared, and why the others cannot. */
function matchCases({ old, now, unit }: Sides, acrossSettings: boolean) {
  const left: LeftCase[] = [];
  const pairs: Pair[] = [];
  const found = new Set<CaseResult>();
  for (const current of now.cases) {
    const before = counterpartOf(current, old, now, acrossSettings);
    if (before !== undefined) found.add(before);
    const obstacle = obstacleTo(before, current, unit);
    if (obstacle !== undefined) left.push({ id: current.id, reason: obstacle });
    else if (before?.status === 'measured' && current.status === 'measured') pairs.push({ before, current });
  }
  for (const each of old.cases)
    if (!found.has(each)) left.push({ id: each.id, reason: 'not in the newer document' });
  return { pairs, left };
}

/** A verdict on each pair, corrected for how many there are. */
function judgeAll(
  pairs: readonly Pair[],
  { now, unit }: Sides,
  { threshold, margin, alpha = defaultAlpha }: CompareOptions,
): CaseComparison[] {
  const measured = pairs.map(({ before, current }) => {
    const measure = measures[unit](before, current);
    const limit = threshold ?? measure.threshold;
    return { before, current, ...measure, limit, change: changeOf(measure.difference, { threshold: limit }) };
  });
  const adjusted = holm(measured.map(({ change }) => change.pBeyondThreshold));
  const ofEach = alpha / measured.length;
  const secondsPerRun = now.elapsed === undefined ? undefined : now.elapsed.total / 1000;
  return measured.map(({ before, current, difference, spread, limit, change }, index): CaseComparison => {
    const wanted = margin ?? defaultMargin[current.estimate.unit];
    const verdict = verdictOf(change, (adjusted[index] ?? 1) < alpha, wanted);
    const counts = { old: before.forks.length, now: current.forks.length };
    const made = { unit, difference, counts, threshold: limit, alpha: ofEach, secondsPerRun };
    const needed = verdict === 'inconclusive' ? neededFor(wanted, made) : undefined;
    return {
      ...{ id: current.id, old: before, now: current, unit, difference, change, threshold: limit, verdict },
      ...(needed !== undefined && { needed }),
      ...(spread !== undefined && { spread }),
      minimumDetectable: minimumDetectable(difference, limit, { alpha: ofEach }),
    };
  });
}

/** The case of the older document that a case is compared with. */
function counterpartOf(
  current: CaseResult,
  old: ResultDocument,
  now: ResultDocument,
  acrossSettings: boolean,
): CaseResult | undefined {
  const same = old.cases.find(({ id }) => id === current.id);
  if (same !== undefined || !acrossSettings) return same;
  const isOfWork = ({ strategy, pages, workload, threads, processes }: CaseResult) =>
    strategy === current.strategy &&
    pages === current.pages &&
    workload === current.workload &&
    threads === current.threads &&
    processes === current.processes;
  const [only, ...others] = old.cases.filter(isOfWork);
  return others.length === 0 && now.cases.filter(isOfWork).length === 1 ? only : undefined;
}

/** How two cases differ, by the unit of inference. */
const measures: Readonly<
  Record<
    InferenceUnit,
    (
      old: MeasuredCase,
      now: MeasuredCase,
    ) => Pick<CaseComparison, 'difference' | 'spread'> & { readonly threshold: number }
  >
> = {
  fork: (old, now) => ({
    difference: differenceOfForks(samplesOf(old), samplesOf(now)),
    threshold: learntThreshold(old),
  }),
  run: (old, now) => {
    const difference = differenceOfRuns(runValues(old), runValues(now));
    return {
      difference,
      spread: spreadOf(difference, [...old.forks, ...now.forks]),
      threshold: minThreshold[old.estimate.unit],
    };
  },
};

function spreadOf({ spread }: RunDifference, runs: MeasuredCase['forks']) {
  const within = splitVariance(runs.map(({ samples }) => samples))?.within;
  return { runs: spread, ...(within !== undefined && { forks: within }) };
}

/** Adds to each case how it changed relative to its reference, and which of the two moved. */
function withRelative(
  cases: readonly CaseComparison[],
  old: ResultDocument,
  now: ResultDocument,
  {
    threshold,
    alpha,
    relativeTo,
    unit,
  }: { threshold: number | undefined; alpha: number; relativeTo: string; unit: InferenceUnit },
): CaseComparison[] {
  const found = cases.map((each) => {
    const before = referenceFor(each.old, old, relativeTo);
    const after = referenceFor(each.now, now, relativeTo);
    if (before === undefined || after === undefined) return undefined;
    return relativeChange(
      { subject: each.old, reference: before },
      { subject: each.now, reference: after },
      { threshold, unit },
    );
  });
  const adjusted = holm(found.flatMap((each) => each?.change.pBeyondThreshold ?? []));
  const moves = new Map(cases.map((each) => [each.id, moveOf(each)]));
  let next = 0;
  return cases.map((each, index) => {
    const relative = found[index];
    if (relative === undefined) return each;
    const isChanged = (adjusted[next++] ?? 1) < alpha;
    const moved = moverOf(moveOf(each), moves.get(relative.reference) ?? 0, isChanged);
    return { ...each, relative: { ...relative, moved } };
  });
}

const moveOf = ({ verdict, change }: CaseComparison) =>
  verdict === 'regressed' || verdict === 'improved' ? Math.sign(change.point) : 0;

/**
 * Whether a case counts as a regression in a gate: slower, and not because the machine slowed its reference
 * alike.
 */
export function isRegression({ verdict, relative }: CaseComparison): boolean {
  return verdict === 'regressed' && relative?.moved !== 'both alike';
}

const samplesOf = ({ forks }: MeasuredCase) => forks.map(({ samples }) => samples);

function obstacleTo(old: CaseResult | undefined, now: CaseResult, unit: InferenceUnit): string | undefined {
  if (old === undefined) return 'not in the older document';
  if (old.status !== 'measured') return `${old.status} in the older document`;
  if (now.status !== 'measured') return `${now.status} in the newer document`;
  if (old.estimate.unit !== now.estimate.unit)
    return `${costNames[old.estimate.unit]} in the older document, ${costNames[now.estimate.unit]} in the newer one`;
  if (unit === 'run')
    return canTellRuns(old.forks.length, now.forks.length) ? undefined : 'it is in less than three runs';
  if (old.forks.length < minForks) return 'the older document has less than two forks of it';
  if (now.forks.length < minForks) return 'the newer document has less than two forks of it';
  return undefined;
}
