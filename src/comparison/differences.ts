import type { ResultDocument } from '../results/document.ts';
import { parseCpuList } from '../system/cpus.ts';

/**
 * A fact that two documents should share for their figures to be compared; undefined where it is not known.
 */
interface FactReader {
  readonly of: (document: ResultDocument) => string | undefined;
  /** Where it differs, runs are of another level: it is of the machine or of how it was measured. */
  readonly isIdentity: boolean;
}

const identity = (of: (document: ResultDocument) => unknown): FactReader => ({
  of: (document) => textOf(of(document)),
  isIdentity: true,
});

const circumstance = (of: (document: ResultDocument) => unknown): FactReader => ({
  ...identity(of),
  isIdentity: false,
});

function textOf(value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : String(value);
}

/** By name, what moves figures most first. */
const facts: Readonly<Record<string, FactReader>> = {
  CPU: identity(({ host }) => host.cpu),
  processor: identity(({ host }) => host.fingerprint?.processor),
  kernel: identity(({ host }) => host.kernel),
  'kernel version': identity(({ host }) => host.fingerprint?.kernelVersion),
  'kernel build id': identity(({ host }) => host.fingerprint?.buildId?.slice(0, 12)),
  'kernel compiler': identity(({ host }) => host.fingerprint?.compiler),
  'kernel configuration': identity(({ host }) => host.fingerprint?.config?.sha256),
  'kernel parameters': identity(({ host }) => host.fingerprint?.parameters.join(' ')),
  microcode: identity(({ host }) => host.fingerprint?.microcode),
  CTR_EL0: identity(({ host }) => host.fingerprint?.cacheType),
  'transparent huge pages': identity(({ host }) => host.transparentHugepages),
  'transparent huge pages of shared memory': identity(({ host }) => host.fingerprint?.shmemHugepages),
  'defragmentation for huge pages': identity(({ host }) => host.fingerprint?.hugepageDefrag),
  architecture: identity(({ host }) => host.architecture),
  hypervisor: identity(({ host }) => host.virtualisation ?? 'none known'),
  'page size': identity(({ host }) => host.pageSize),
  'NUMA nodes': identity(({ host }) => host.fingerprint?.numaNodes),
  engine: identity(({ options }) => options.engine ?? 'not stated'),
  layout: identity(({ options }) => options.layout ?? 'not stated'),
  policy: identity(({ options }) => options.policy ?? 'none'),
  target: identity(({ options }) => options.target ?? 'none'),
  metric: identity(({ options }) => options.metric ?? 'time'),
  'time a fork': identity(({ options }) => options.timePerFork ?? 'not stated'),
  'kind of core': identity(coreKindOf),
  'CPU measured on': circumstance(({ options }) => options.cpu),
  'huge pages in the pool': circumstance(({ host }) => host.hugePagesTotal),
  host: circumstance(({ host }) => host.hostname ?? 'not named'),
  Node: circumstance(({ host }) => host.node ?? 'none'),
};

/** Facts that have names of their own in each document; what has no entry where they were read is off. */
const groups: readonly ((document: ResultDocument) => Readonly<Record<string, string>> | undefined)[] = [
  ({ host }) => named('CONFIG_', host.fingerprint?.config?.options),
  // Without any the folder could not be read: some vulnerability affects every processor.
  ({ host }) => named('mitigation ', nonEmpty(host.fingerprint?.mitigations)),
  ({ host }) => named('limit ', host.fingerprint?.limits),
];

function named(prefix: string, record: Readonly<Record<string, string>> | undefined) {
  if (record === undefined) return undefined;
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [`${prefix}${name}`, value]));
}

function nonEmpty(record: Readonly<Record<string, string>> | undefined) {
  return record === undefined || Object.keys(record).length === 0 ? undefined : record;
}

/** What kind of core the forks were pinned to, where a processor has several. */
function coreKindOf({ host, options }: ResultDocument): string | undefined {
  const kinds = Object.entries(host.fingerprint?.coreKinds ?? {});
  return kinds.find(([, cpus]) => options.cpu !== undefined && parseCpuList(cpus).includes(options.cpu))?.[0];
}

/** A fact of a document; undefined where it is not known. */
type Reader = (document: ResultDocument) => string | undefined;

/** Readers of all facts by name, in order; those of a group for each name that any document has. */
function readersFor(documents: readonly ResultDocument[]): Map<string, Reader> {
  const readers = new Map<string, Reader>(Object.entries(facts).map(([name, { of }]) => [name, of]));
  for (const group of groups)
    for (const name of documents.flatMap((each) => Object.keys(group(each) ?? {})))
      readers.set(name, (document) => {
        const entries = group(document);
        return entries && (entries[name] ?? 'not set');
      });
  return readers;
}

/** The values of a fact in documents that know it, each once. */
function valuesOf(documents: readonly ResultDocument[], read: Reader): string[] {
  return [...new Set(documents.flatMap((each) => read(each) ?? []))];
}

/** A fact of many documents, in their order. */
export interface Fact {
  readonly name: string;
  readonly values: readonly string[];
}

/** The facts in which any of many documents differ and that shape their figures. */
export function factsOfMany(documents: readonly ResultDocument[]): Fact[] {
  return [...readersFor(documents)]
    .filter(([, read]) => valuesOf(documents, read).length > 1)
    .map(([name, read]) => ({ name, values: documents.map((each) => read(each) ?? 'not known') }));
}

/** A fact that differs, by name. */
export interface Difference {
  readonly name: string;
  readonly old: string;
  readonly now: string;
}

/** The facts in which the runs of two sides differ, or those of one, and that shape their figures. */
export function factsThatDiffer(
  old: readonly ResultDocument[],
  now: readonly ResultDocument[],
): Difference[] {
  return [...readersFor([...old, ...now])].flatMap(([name, read]) => {
    const [before, after] = [valuesOf(old, read), valuesOf(now, read)];
    if (before.length === 0 || after.length === 0 || new Set([...before, ...after]).size === 1) return [];
    return [{ name, old: before.join(' and '), now: after.join(' and ') }];
  });
}

/** Whether two runs are of one fingerprint: of the same machine, kernel and settings, measured alike. */
export function haveOneFingerprint(a: ResultDocument, b: ResultDocument): boolean {
  return factsThatDiffer([a], [b]).every(({ name }) => facts[name]?.isIdentity === false);
}

/** How the labels of two sides differ, as `patch: v2 against v3`. */
export function labelsThatDiffer(
  old: readonly ResultDocument[],
  now: readonly ResultDocument[],
): Difference[] {
  const labels = (documents: readonly ResultDocument[], name: string) =>
    [...new Set(documents.map((each) => each.labels?.[name] ?? 'none'))].join(' and ');
  const names = new Set([...old, ...now].flatMap((each) => Object.keys(each.labels ?? {})));
  return [...names]
    .map((name) => ({ name, old: labels(old, name), now: labels(now, name) }))
    .filter(({ old: before, now: after }) => before !== after);
}

/** How two sides differ in what shapes their figures, as `kernel: 6.1.0 against 6.18.44`. */
export function differencesBetween(old: readonly ResultDocument[], now: readonly ResultDocument[]): string[] {
  return factsThatDiffer(old, now).map((each) => `${each.name}: ${each.old} against ${each.now}`);
}
