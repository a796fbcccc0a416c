import type { Estimate, ResultDocument } from '../results/document.ts';
import { minToStandOut, standOut } from '../statistics/stand-out.ts';
import { withoutSevere } from '../statistics/tukey.ts';
import { type LevelSplit, splitLevels } from '../statistics/variance.ts';
import { type Fact, factsOfMany } from './differences.ts';
import type { NamedDocument } from './matrix.ts';

/** A case on one host. */
export interface HostCell {
  readonly estimate?: Estimate;
  /** Why there is no estimate, where the document says it. */
  readonly missing?: { readonly status: 'failed' | 'unavailable'; readonly reason: string };
}

/** A host on which a case takes another time than on the others, more than its own forks explain. */
export interface OutlyingHost {
  readonly host: string;
  /** Against the mean of the others, as a fraction. */
  readonly change: number;
  /** The same distance in standard deviations of the others; infinite where the others do not differ. */
  readonly deviations: number;
}

/** A case on all hosts. */
export interface HostRow {
  readonly id: string;
  /** In the order of the hosts. */
  readonly cells: readonly HostCell[];
  /**
   * Where the variance of a sample comes from, severe outliers pulled in; a group is a host, a subgroup a
   * fork.
   */
  readonly split?: LevelSplit;
  readonly outlying: readonly OutlyingHost[];
}

/** The same run on many hosts, case by host. */
export interface HostComparison {
  readonly hosts: readonly string[];
  /** In what the hosts differ, as CPU or kernel. */
  readonly facts: readonly Fact[];
  readonly rows: readonly HostRow[];
  /** Whether there are enough hosts to tell that one stands out. */
  readonly canStandOut: boolean;
}

/**
 * Compares hosts as equals: none of them is the reference. `alpha` is the chance that any is named if all are
 * alike.
 */
export function compareHosts(documents: readonly NamedDocument[], alpha = 0.01): HostComparison {
  const ids = [...new Set(documents.flatMap(({ document }) => document.cases.map(({ id }) => id)))];
  return {
    hosts: documents.map(({ name }) => name),
    facts: factsOfMany(documents.map(({ document }) => document)),
    rows: ids.map((id) => rowOf(id, documents, alpha / ids.length)),
    canStandOut: documents.length >= minToStandOut,
  };
}

function rowOf(id: string, documents: readonly NamedDocument[], alpha: number): HostRow {
  const measured = documents.flatMap(({ name, document }) => {
    const found = caseOf(id, document);
    return found?.status === 'measured' ? [{ name, found }] : [];
  });
  const split = splitLevels(
    measured.map(({ found }) => found.forks.map(({ samples }) => withoutSevere(samples))),
  );
  const estimates = measured.map(({ found }) => found.estimate);
  const outlying = standOut(
    estimates.map(({ point }) => point),
    alpha,
  ).flatMap(({ index, mean, deviations }) => {
    const [host, estimate] = [measured[index]?.name, estimates[index]];
    if (host === undefined || estimate === undefined || mayBe(mean, estimate)) return [];
    return [{ host, change: estimate.point / mean - 1, deviations }];
  });
  return {
    id,
    cells: documents.map(({ document }) => cellOf(id, document)),
    ...(split !== undefined && { split }),
    outlying,
  };
}

/**
 * Whether an estimate's own interval holds a value: its forks explain the distance, no other host is needed.
 */
function mayBe(value: number, { low, high }: Estimate): boolean {
  return low !== null && high !== null && low <= value && value <= high;
}

function cellOf(id: string, document: ResultDocument): HostCell {
  const found = caseOf(id, document);
  if (found === undefined) return {};
  if (found.status === 'measured') return { estimate: found.estimate };
  return { missing: { status: found.status, reason: found.reason } };
}

function caseOf(id: string, { cases }: ResultDocument) {
  return cases.find((each) => each.id === id);
}
