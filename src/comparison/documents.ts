import type { CaseResult, MeasuredCase, ResultDocument } from '../results/document.ts';
import {
  type Change,
  changeOf,
  differenceOfForks,
  leastForks,
  smallestVisible,
} from '../statistics/change.ts';
import { holm } from '../statistics/holm.ts';
import { learntThreshold } from './threshold.ts';

/** What a comparison says of a case. `noise`: a difference that is there, but within the threshold. */
export type Verdict = 'regressed' | 'improved' | 'noise' | 'none';

/** One case of two documents. */
export interface CaseComparison {
  readonly id: string;
  readonly old: MeasuredCase;
  readonly now: MeasuredCase;
  readonly change: Change;
  /** As a share: 0.05 is 5 %. */
  readonly threshold: number;
  readonly verdict: Verdict;
  /** The smallest slowdown that would have been found with a probability of 95 %, as a share. */
  readonly smallestVisible: number;
}

/** Two documents, case by case. */
export interface DocumentComparison {
  readonly cases: readonly CaseComparison[];
  /** Cases that cannot be compared, and why, as sentences. */
  readonly left: readonly string[];
}

/** How documents are compared. */
export interface CompareOptions {
  /** As a share; default: learnt from the older document's own spread, for each case. */
  readonly threshold?: number;
  /** The chance of any false alarm among all cases of a comparison; default 0.01. */
  readonly alpha?: number;
}

const defaultAlpha = 0.01;

/** Compares the cases that two documents share by their id. */
export function compareDocuments(
  old: ResultDocument,
  now: ResultDocument,
  { threshold, alpha = defaultAlpha }: CompareOptions = {},
): DocumentComparison {
  const left: string[] = [];
  const pairs = now.cases.flatMap((current) => {
    const before = old.cases.find(({ id }) => id === current.id);
    const obstacle = obstacleTo(before, current);
    if (obstacle !== undefined) left.push(`${current.id}: ${obstacle}`);
    return before?.status === 'measured' && current.status === 'measured' && obstacle === undefined
      ? [{ before, current }]
      : [];
  });
  const compared = pairs.map(({ before, current }) => {
    const difference = differenceOfForks(samplesOf(before), samplesOf(current));
    const limit = threshold ?? learntThreshold(before);
    return { before, current, difference, limit, change: changeOf(difference, { threshold: limit }) };
  });
  const beyond = holm(compared.map(({ change }) => change.pBeyondThreshold));
  const any = holm(compared.map(({ change }) => change.p));
  const cases = compared.map(({ before, current, difference, limit, change }, index) => ({
    id: current.id,
    old: before,
    now: current,
    change,
    threshold: limit,
    verdict: verdictOf(change, (beyond[index] ?? 1) < alpha, (any[index] ?? 1) < alpha),
    smallestVisible: smallestVisible(difference, limit, { alpha: alpha / compared.length }),
  }));
  return { cases, left };
}

const samplesOf = ({ forks }: MeasuredCase) => forks.map(({ samples }) => samples);

function obstacleTo(old: CaseResult | undefined, now: CaseResult): string | undefined {
  if (old === undefined) return 'not in the older document';
  if (old.status !== 'measured') return `${old.status} in the older document`;
  if (now.status !== 'measured') return `${now.status} in the newer document`;
  if (old.forks.length < leastForks) return 'the older document has less than two forks of it';
  if (now.forks.length < leastForks) return 'the newer document has less than two forks of it';
  return undefined;
}

function verdictOf({ point }: Change, isBeyond: boolean, isAny: boolean): Verdict {
  if (isBeyond) return point > 0 ? 'regressed' : 'improved';
  return isAny ? 'noise' : 'none';
}
