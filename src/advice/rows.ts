import type { MeasuredCase, ResultDocument } from '../results/document.ts';
import type { Constraints } from './constraints.ts';

/** A measured case, and the document that it is a row of. */
export interface Row {
  readonly document: string;
  readonly case: MeasuredCase;
}

/** The rows that an advice is made from, and what must be said of them. */
export interface Rows {
  readonly rows: readonly Row[];
  /**
   * Where the rows are of several threads: those of one thread from the same document, for what the threads
   * cost.
   */
  readonly alone: readonly Row[];
  /** Sentences. */
  readonly caveats: readonly string[];
}

/** The rows of documents that are of the work that is asked for, or of the nearest work that was measured. */
export function rowsFor(
  documents: readonly { readonly name: string; readonly document: ResultDocument }[],
  { moduleSize, threads = 1, workload }: Constraints,
): Rows {
  const all = documents.flatMap(({ name, document }) =>
    document.cases.flatMap((each): Row[] =>
      each.status === 'measured' && isPlain(each) ? [{ document: name, case: each }] : [],
    ),
  );
  const caveats: string[] = [];
  const ofWorkload = narrowed(all, ({ workload: own }) => own, {
    wanted: workload,
    say: (wanted, found) => `no row is of the workload ${wanted}; these are of ${found}`,
    caveats,
  });
  const pageSize = ofWorkload[0]?.case.pageSize ?? 4096;
  const pages = moduleSize === undefined ? undefined : Math.max(1, Math.ceil(moduleSize / pageSize));
  const ofSize = narrowed(ofWorkload, ({ pages: own }) => own ?? 0, {
    wanted: pages,
    say: (wanted, found) =>
      `no row is of ${wanted} pages; these are of ${found}: measure with mapbench run -s @all --pages ${wanted}`,
    caveats,
  });
  const rows = narrowed(ofSize, ({ threads: own }) => own, {
    wanted: threads,
    say: (wanted, found) =>
      `no row is of ${wanted} threads; these are of ${found}: measure with mapbench run -s @all --threads ${wanted}`,
    caveats,
  });
  const chosen = ofOneDocument(rows, caveats);
  const [first] = chosen;
  const alone = ofSize.filter(
    ({ document, case: { threads: own } }) =>
      first !== undefined && first.case.threads > 1 && own === 1 && document === first.document,
  );
  return { rows: chosen, alone, caveats };
}

/** Cases that another setting would not distinguish. */
function isPlain({ layout, engine, policy, icache, background = 'load' }: MeasuredCase): boolean {
  return (
    layout !== 'merged' &&
    engine === 'native' &&
    policy === undefined &&
    icache === undefined &&
    background === 'load'
  );
}

/** What is looked for in a property, and what to say where it is not there. */
interface Search<T> {
  /** Without, what most rows have. */
  readonly wanted: T | undefined;
  readonly say: (wanted: T, found: T) => string;
  readonly caveats: string[];
}

function narrowed<T extends string | number>(
  rows: readonly Row[],
  of: (each: MeasuredCase) => T,
  { wanted, say, caveats }: Search<T>,
): readonly Row[] {
  const counts = new Map<T, number>();
  for (const row of rows) counts.set(of(row.case), (counts.get(of(row.case)) ?? 0) + 1);
  if (counts.size === 0) return rows;
  const common = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a))[0];
  const found = wanted === undefined ? common : nearest(wanted, [...counts.keys()], common);
  if (wanted !== undefined && found !== wanted) caveats.push(say(wanted, found));
  return rows.filter((row) => of(row.case) === found);
}

/** The number whose ratio to the wanted one is the smallest; of words, the wanted one or the common one. */
function nearest<T extends string | number>(wanted: T, found: readonly T[], common: T): T {
  if (found.includes(wanted)) return wanted;
  if (typeof wanted !== 'number') return common;
  const distance = (value: T) => Math.abs(Math.log(Number(value) / wanted));
  return found.reduce((a, b) => (distance(b) < distance(a) ? b : a));
}

/**
 * Those of the document that has most, the last of several: what was not measured side by side cannot be
 * ranked.
 */
function ofOneDocument(rows: readonly Row[], caveats: string[]): Row[] {
  const names = [...new Set(rows.map(({ document }) => document))];
  const [chosen = []] = names
    .map((name) => rows.filter(({ document }) => document === name))
    .toReversed()
    .toSorted((a, b) => b.length - a.length);
  if (names.length > 1)
    caveats.push(
      `the rows are those of ${chosen[0]?.document}, which has most: rows of several runs cannot be ranked together`,
    );
  return [...new Map(chosen.map((row) => [row.case.strategy, row])).values()];
}
