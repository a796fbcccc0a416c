import type { CompareOptions } from '../../../comparison/documents.ts';
import type { NamedDocument } from '../../../comparison/matrix.ts';
import type { CostUnit } from '../../../format/numbers.ts';
import type { DifferenceTree, FrameTree } from '../../../profile/tree.ts';
import { costUnitOf, type MeasuredCase, type ResultDocument } from '../../../results/document.ts';
import type { MatrixDocument } from '../../../results/matrix.ts';
import { caseLabels } from '../../facts.ts';
import type { GateLine } from '../../terminal/gates.ts';
import type { Content, Html } from './html.ts';

/** What a page is asked for. */
export interface PageRequest {
  readonly title: string;
  /** The oldest first: the last is the one that is shown, the others are what it is compared with. */
  readonly documents: readonly [NamedDocument, ...NamedDocument[]];
  readonly gates: readonly GateLine[];
  readonly compare: Pick<CompareOptions, 'threshold' | 'relativeTo'>;
  /** Profiles to show. Default: none. */
  readonly flames?: readonly FlameGraph[];
  /** Recorded runs, for trends of the cases that are shown. Default: none. */
  readonly history?: readonly ResultDocument[];
  /** What runs under which policies. Default: none. */
  readonly policyMatrix?: MatrixDocument;
}

/** A measured case as the page shows it. */
export interface ShownCase {
  /** Tells it from all others, also those of the same name. */
  readonly key: string;
  /** Plain text. */
  readonly name: string;
  readonly result: MeasuredCase;
}

/** What sections are made from. */
export interface PageInput extends PageRequest {
  /** The document that is shown. */
  readonly document: ResultDocument;
  readonly measured: readonly ShownCase[];
  /** Of all of them. */
  readonly unit: CostUnit;
  /** The name of any case of the document. */
  readonly nameOf: (each: ResultDocument['cases'][number]) => string;
}

/** What sections are made from, of what was asked for. */
export function inputOf(request: PageRequest): PageInput {
  const [first, ...others] = request.documents;
  const { document } = others.at(-1) ?? first;
  const labels = caseLabels(document.cases.map(({ id }) => id));
  const names = new Map(document.cases.map((each, index) => [each, labels[index] ?? each.id]));
  const nameOf: PageInput['nameOf'] = (each) => names.get(each) ?? each.id;
  const measured = document.cases.flatMap((result, index) =>
    result.status === 'measured' ? [{ key: String(index), name: nameOf(result), result }] : [],
  );
  return { ...request, document, measured, unit: costUnitOf(document.cases), nameOf };
}

/** The fastest first. */
export function byTime(cases: readonly ShownCase[]): ShownCase[] {
  return cases.toSorted((a, b) => a.result.estimate.point - b.result.estimate.point);
}

/** A part of the page with a heading. */
export interface Section {
  /** The page's only one, as a link names it. */
  readonly id: string;
  readonly title: string;
  /** One sentence that says how to read it. */
  readonly how: Content;
  readonly body: Html;
  /** Style that it needs, given once however many sections bring the same. */
  readonly style?: string;
  /** A script that it needs at the end of the page, given once. It may not hold `</script`. */
  readonly script?: string;
}

/** Makes a section of what the page is made from; undefined where its data do not exist. */
export type SectionMaker = (input: PageInput) => Section | undefined;

/** The id of the sentence that says how to read a section; charts are described by it. */
export function howId(section: string): string {
  return `${section}-how`;
}

/** A flame graph with its heading and what is said of it. */
export interface FlameGraph {
  readonly title: string;
  readonly tree: FrameTree | DifferenceTree;
  /** Sentences below the graph. */
  readonly notes: readonly string[];
}
