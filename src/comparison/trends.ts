import type { CostUnit } from '../format/numbers.ts';
import type { CommitFacts, HostFacts, MeasuredCase, ResultDocument } from '../results/document.ts';
import { relativeEstimate } from '../results/ratios.ts';
import {
  type ChangePoint,
  changePointsOf,
  type Gradual,
  gradualChange,
  minValues,
} from '../statistics/change-points.ts';
import { type Difference, factsThatDiffer } from './differences.ts';
import { referenceFor } from './relative.ts';

/** What makes runs comparable: where one of these differs, a case has a trend of its own. */
export type TrendHost = Pick<HostFacts, 'cpu' | 'architecture' | 'virtualisation' | 'pageSize'>;

/** A case in one run. */
export interface TrendPoint {
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** What an iteration costs, or a multiple of the reference's. */
  readonly value: number;
  /** Bounds of its interval; null where only a point is known. */
  readonly low: number | null;
  readonly high: number | null;
  readonly kernel: string;
  /** Of the folder that was measured in. */
  readonly commit?: CommitFacts;
}

/** A run from which on a case has another level. */
export interface TrendChange extends ChangePoint {
  /** Facts of the runs right before and after the change that differ. */
  readonly differences: readonly Difference[];
}

/** A case over runs on hosts of one kind. */
export interface Trend {
  /** The case's id. */
  readonly id: string;
  readonly strategy: string;
  readonly unit: CostUnit;
  readonly host: TrendHost;
  /** The id of the reference case, of values that are multiples. */
  readonly reference?: string;
  /** In the order of time, at least one. */
  readonly points: readonly TrendPoint[];
  readonly changes: readonly TrendChange[];
  /** The changes are rather one slow change. */
  readonly gradual?: Gradual;
}

/** How trends are made. */
export interface TrendOptions {
  /** The strategy whose cases the others are multiples of; default: none, values are costs. */
  readonly relativeTo?: string;
  /** Changes smaller than this fraction are not told; default 0.01. */
  readonly threshold?: number;
}

/** Runs below which no change can be found. */
export const minRuns = minValues;

/** A point, and the document that it is from. */
interface Entry {
  readonly point: TrendPoint;
  readonly document: ResultDocument;
}

/** The entries of a case. */
type Series = Omit<Trend, 'points' | 'changes' | 'gradual'> & { readonly entries: Entry[] };

/**
 * Every case over the documents in which it was measured, by kinds of hosts, with its changes. Documents are
 * taken in the order of their times; one that is there twice counts once. Kernels, commits, versions of Node
 * and names of hosts may change within a trend: they are what a change is looked for in.
 */
export function trendsOf(documents: readonly ResultDocument[], options: TrendOptions = {}): Trend[] {
  const series = new Map<string, Series>();
  for (const document of inOrder(documents)) {
    for (const each of document.cases) {
      const found = each.status === 'measured' ? seriesEntry(each, document, options) : undefined;
      if (found === undefined) continue;
      const key = JSON.stringify([found.host, found.id, found.unit]);
      const known = series.get(key);
      if (known === undefined) series.set(key, found);
      else known.entries.push(...found.entries);
    }
  }
  return byHost([...series.values()]).map((each) => trendOf(each, options));
}

/** By time, each once. */
function inOrder(documents: readonly ResultDocument[]): ResultDocument[] {
  const sorted = documents.toSorted((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt));
  const keys = sorted.map(({ createdAt, host }) => `${Date.parse(createdAt)} ${host.hostname}`);
  return sorted.filter((_, index) => keys.indexOf(keys[index] as string) === index);
}

/** All cases of a host together, in the order in which both first came. */
function byHost(series: readonly Series[]): Series[] {
  const hosts = [...new Set(series.map(({ host }) => JSON.stringify(host)))];
  return hosts.flatMap((host) => series.filter((each) => JSON.stringify(each.host) === host));
}

/** A case of a document as a series of one entry; undefined without a value above 0. */
function seriesEntry(
  each: MeasuredCase,
  document: ResultDocument,
  { relativeTo }: TrendOptions,
): Series | undefined {
  const reference = relativeTo === undefined ? undefined : referenceFor(each, document, relativeTo);
  if (relativeTo !== undefined && reference === undefined) return undefined;
  const { point, low, high } = reference === undefined ? each.estimate : relativeEstimate(each, reference);
  if (!(point > 0 && point < Number.POSITIVE_INFINITY)) return undefined;
  const { createdAt, host, commit } = document;
  const { cpu, architecture, virtualisation, pageSize, kernel } = host;
  return {
    id: each.id,
    strategy: each.strategy,
    unit: each.estimate.unit,
    host: { cpu, architecture, virtualisation, pageSize },
    ...(reference && { reference: reference.id }),
    entries: [{ document, point: { createdAt, value: point, low, high, kernel, ...(commit && { commit }) } }],
  };
}

function trendOf({ entries, ...about }: Series, { threshold }: TrendOptions): Trend {
  const values = entries.map(({ point }) => point.value);
  const changes = changePointsOf(values, threshold === undefined ? {} : { threshold });
  const gradual = gradualChange(
    values,
    changes.map(({ at }) => at),
  );
  return {
    ...about,
    points: entries.map(({ point }) => point),
    changes: changes.map((change) => ({ ...change, differences: differencesAt(entries, change.at) })),
    ...(gradual && { gradual }),
  };
}

/** What differs between the run at an index and the one before. */
function differencesAt(entries: readonly Entry[], index: number): Difference[] {
  const [before, after] = [entries[index - 1]?.document, entries[index]?.document];
  if (before === undefined || after === undefined) return [];
  const versions: Difference = { name: 'mapbench', old: before.tool.version, now: after.tool.version };
  return [...factsThatDiffer([before], [after]), ...(versions.old === versions.now ? [] : [versions])];
}
