import { costNames } from '../format/numbers.ts';
import type { CaseResult, MeasuredCase, ResultDocument } from '../results/document.ts';
import {
  type Change,
  changeOf,
  differenceOfForks,
  holm,
  minForks,
  minimumDetectable,
} from '../statistics/change.ts';
import {
  learntThreshold,
  type Mover,
  moverOf,
  type RelativeChange,
  referenceFor,
  relativeChange,
} from './relative.ts';

/** What a comparison says of a case. `noise`: a difference that is there, but within the threshold. */
export type ComparisonVerdict = 'regressed' | 'improved' | 'noise' | 'none';

/** One case of two documents. */
export interface CaseComparison {
  readonly id: string;
  readonly old: MeasuredCase;
  readonly now: MeasuredCase;
  readonly change: Change;
  /** As a fraction: 0.05 is 5 %. */
  readonly threshold: number;
  readonly verdict: ComparisonVerdict;
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
  readonly cases: readonly CaseComparison[];
  /** Cases of either document that cannot be compared. */
  readonly left: readonly LeftCase[];
  /** The ids of cases that failed in the newer document and were measured in the older one. */
  readonly broken: readonly string[];
}

/** How documents are compared. */
export interface CompareOptions {
  /** As a fraction; default: learnt from the older document's own spread, for each case. */
  readonly threshold?: number;
  /** The chance of any false positive among all cases of a comparison; default 0.01. */
  readonly alpha?: number;
  /** The strategy whose cases the others are seen relative to; default: none. */
  readonly relativeTo?: string;
}

const defaultAlpha = 0.01;

/** Compares the cases that two documents share by their id; names those that they do not share. */
export function compareDocuments(
  old: ResultDocument,
  now: ResultDocument,
  { threshold, alpha = defaultAlpha, relativeTo }: CompareOptions = {},
): DocumentComparison {
  const left: LeftCase[] = [];
  const pairs = now.cases.flatMap((current) => {
    const before = old.cases.find(({ id }) => id === current.id);
    const obstacle = obstacleTo(before, current);
    if (obstacle !== undefined) left.push({ id: current.id, reason: obstacle });
    return before?.status === 'measured' && current.status === 'measured' && obstacle === undefined
      ? [{ before, current }]
      : [];
  });
  for (const { id } of old.cases)
    if (!now.cases.some((current) => current.id === id))
      left.push({ id, reason: 'not in the newer document' });
  const compared = pairs.map(({ before, current }) => {
    const difference = differenceOfForks(samplesOf(before), samplesOf(current));
    const limit = threshold ?? learntThreshold(before);
    return { before, current, difference, limit, change: changeOf(difference, { threshold: limit }) };
  });
  const beyond = holm(compared.map(({ change }) => change.pBeyondThreshold));
  const any = holm(compared.map(({ change }) => change.p));
  const cases = compared.map(
    ({ before, current, difference, limit, change }, index): CaseComparison => ({
      id: current.id,
      old: before,
      now: current,
      change,
      threshold: limit,
      verdict: verdictOf(change, (beyond[index] ?? 1) < alpha, (any[index] ?? 1) < alpha),
      minimumDetectable: minimumDetectable(difference, limit, { alpha: alpha / compared.length }),
    }),
  );
  return {
    cases: relativeTo === undefined ? cases : withRelative(cases, old, now, { threshold, alpha, relativeTo }),
    left,
    broken: now.cases.flatMap(({ id, status }) =>
      status === 'failed' && old.cases.some((each) => each.id === id && each.status === 'measured')
        ? [id]
        : [],
    ),
  };
}

/** Adds to each case how it changed relative to its reference, and which of the two moved. */
function withRelative(
  cases: readonly CaseComparison[],
  old: ResultDocument,
  now: ResultDocument,
  { threshold, alpha, relativeTo }: { threshold: number | undefined; alpha: number; relativeTo: string },
): CaseComparison[] {
  const found = cases.map((each) => {
    const before = referenceFor(each.old, old, relativeTo);
    const after = referenceFor(each.now, now, relativeTo);
    if (before === undefined || after === undefined) return undefined;
    return relativeChange(
      { subject: each.old, reference: before },
      { subject: each.now, reference: after },
      threshold,
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

function obstacleTo(old: CaseResult | undefined, now: CaseResult): string | undefined {
  if (old === undefined) return 'not in the older document';
  if (old.status !== 'measured') return `${old.status} in the older document`;
  if (now.status !== 'measured') return `${now.status} in the newer document`;
  if (old.estimate.unit !== now.estimate.unit)
    return `${costNames[old.estimate.unit]} in the older document, ${costNames[now.estimate.unit]} in the newer one`;
  if (old.forks.length < minForks) return 'the older document has less than two forks of it';
  if (now.forks.length < minForks) return 'the newer document has less than two forks of it';
  return undefined;
}

function verdictOf({ point }: Change, isBeyond: boolean, isAny: boolean): ComparisonVerdict {
  if (isBeyond) return point > 0 ? 'regressed' : 'improved';
  return isAny ? 'noise' : 'none';
}
