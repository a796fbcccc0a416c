import type { ResultDocument } from '../results/document.ts';

/** Facts that two documents should share for their figures to be compared, by name. */
const facts: Readonly<Record<string, (document: ResultDocument) => unknown>> = {
  CPU: ({ host }) => host.cpu,
  kernel: ({ host }) => host.kernel,
  architecture: ({ host }) => host.architecture,
  hypervisor: ({ host }) => host.virtualisation ?? 'none known',
  'page size': ({ host }) => host.pageSize,
  host: ({ host }) => host.hostname ?? 'not named',
  Node: ({ host }) => host.node ?? 'none',
  engine: ({ options }) => options.engine ?? 'not stated',
  layout: ({ options }) => options.layout ?? 'not stated',
  metric: ({ options }) => options.metric ?? 'time',
  'time a fork': ({ options }) => options.timePerFork ?? 'not stated',
};

/** A fact of many documents, in their order. */
export interface Fact {
  readonly name: string;
  readonly values: readonly string[];
}

/** The facts in which any of many documents differ and that shape their figures. */
export function factsOfMany(documents: readonly ResultDocument[]): Fact[] {
  const all = Object.entries(facts).map(([name, of]) => ({
    name,
    values: documents.map((each) => String(of(each))),
  }));
  return all.filter(({ values }) => new Set(values).size > 1);
}

/** A fact that differs, by name. */
export interface Difference {
  readonly name: string;
  readonly old: string;
  readonly now: string;
}

/** The facts in which two documents differ and that shape their figures. */
export function factsThatDiffer(old: ResultDocument, now: ResultDocument): Difference[] {
  return Object.entries(facts).flatMap(([name, of]) =>
    of(old) === of(now) ? [] : [{ name, old: String(of(old)), now: String(of(now)) }],
  );
}

/** How two documents differ in what shapes their figures, as `kernel: 6.1.0 against 6.18.44`. */
export function differencesBetween(old: ResultDocument, now: ResultDocument): string[] {
  return factsThatDiffer(old, now).map((each) => `${each.name}: ${each.old} against ${each.now}`);
}
