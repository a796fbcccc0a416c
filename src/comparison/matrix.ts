import { type CostUnit, costNames } from '../format/numbers.ts';
import { costUnitOf, type Estimate, type ResultDocument } from '../results/document.ts';
import type { Change } from '../statistics/change.ts';
import { RequestError } from '../system/errors.ts';
import { compareDocuments, type DocumentComparison } from './documents.ts';
import type { Verdict } from './verdict.ts';

/** A document under the name by which a reader knows it. */
export interface NamedDocument {
  readonly name: string;
  readonly document: ResultDocument;
}

/** What all of the documents are measured in. Throws a RequestError where that differs. */
export function unitOfAll(documents: readonly NamedDocument[]): CostUnit {
  const measured = documents.filter(({ document }) =>
    document.cases.some(({ status }) => status === 'measured'),
  );
  const [first] = measured;
  if (first === undefined) return 'ns/iter';
  const unit = costUnitOf(first.document.cases);
  const other = measured.find(({ document }) => costUnitOf(document.cases) !== unit);
  if (other === undefined) return unit;
  throw new RequestError(
    `${first.name} holds ${costNames[unit]}, ${other.name} ${costNames[costUnitOf(other.document.cases)]}: they cannot be held against each other`,
  );
}

/** A case in one document; without an estimate where it was not measured. */
export interface Cell {
  readonly estimate?: Estimate;
  /** Against the first document, where that can be told. */
  readonly change?: Change;
  readonly verdict?: Verdict;
  /** The smallest slowdown that would have been found with a probability of 95 %, as a fraction. */
  readonly minimumDetectable?: number;
}

/** Case by document: a row's cells are in the order of the documents. */
export interface Matrix {
  readonly names: readonly string[];
  readonly rows: readonly { readonly id: string; readonly cells: readonly Cell[] }[];
}

/** A document's comparison with the first. */
export interface NamedComparison {
  readonly name: string;
  readonly comparison: DocumentComparison;
}

/** How a matrix is judged. */
export interface MatrixOptions {
  /** As a fraction; default: learnt from the first document's own spread, for each case. */
  readonly threshold?: number;
  /** What an interval must exclude for a case to be unchanged, as a fraction; default as of two documents. */
  readonly margin?: number;
  /** The chance of any false positive in the whole matrix; default 0.01. */
  readonly alpha?: number;
}

/**
 * Compares many documents with the first: Holm's correction within a document, Bonferroni's over the
 * documents.
 */
export function compareMany(
  documents: readonly NamedDocument[],
  { threshold, margin, alpha = 0.01 }: MatrixOptions = {},
): Matrix & { readonly comparisons: readonly NamedComparison[] } {
  const [first, ...others] = documents;
  if (first === undefined) return { names: [], rows: [], comparisons: [] };
  const ofEach = alpha / Math.max(1, others.length);
  const options = {
    alpha: ofEach,
    ...(threshold !== undefined && { threshold }),
    ...(margin !== undefined && { margin }),
  };
  const comparisons = others.map(({ name, document }) => ({
    name,
    comparison: compareDocuments([first.document], [document], options),
  }));
  const ids = [...new Set(documents.flatMap(({ document }) => document.cases.map(({ id }) => id)))];
  return {
    names: documents.map(({ name }) => name),
    rows: ids.map((id) => ({
      id,
      cells: documents.map(({ document }, index): Cell => {
        const found = document.cases.find((each) => each.id === id);
        if (found?.status !== 'measured') return {};
        const compared = comparisons[index - 1]?.comparison.cases.find((each) => each.id === id);
        if (compared === undefined) return { estimate: found.estimate };
        const { change, verdict, minimumDetectable } = compared;
        return { estimate: found.estimate, change, verdict, minimumDetectable };
      }),
    })),
    comparisons,
  };
}
