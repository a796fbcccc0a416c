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

/** Facts that have names of their own in each document. */
const groups: readonly ((document: ResultDocument) => readonly (readonly [name: string, value: string])[])[] =
  [
    ({ host }) =>
      entriesOf('', host.fingerprint?.config?.options).map(([name, value]) => [
        `CONFIG_${name.trim()}`,
        value,
      ]),
    ({ host }) => entriesOf('mitigation ', host.fingerprint?.mitigations),
    ({ host }) => entriesOf('limit ', host.fingerprint?.limits),
  ];

function entriesOf(prefix: string, record: Readonly<Record<string, string>> | undefined) {
  return Object.entries(record ?? {}).map(([name, value]): [string, string] => [`${prefix}${name}`, value]);
}

/** What kind of core the forks were pinned to, where a processor has several. */
function coreKindOf({ host, options }: ResultDocument): string | undefined {
  const kinds = Object.entries(host.fingerprint?.coreKinds ?? {});
  return kinds.find(([, cpus]) => options.cpu !== undefined && parseCpuList(cpus).includes(options.cpu))?.[0];
}

/** All facts of a document that are known, by name. */
function factsOf(document: ResultDocument): Map<string, string> {
  const known = new Map<string, string>();
  for (const [name, { of }] of Object.entries(facts)) {
    const value = of(document);
    if (value !== undefined) known.set(name, value);
  }
  // What has no entry in a fingerprint that was read is off.
  for (const entries of groups) for (const [name, value] of entries(document)) known.set(name, value);
  return known;
}

/** Names of all facts, in order; those of a group that any document has. */
function namesIn(documents: readonly ResultDocument[]): string[] {
  const ofGroups = groups.flatMap((entries) =>
    documents.flatMap((each) => entries(each).map(([name]) => name)),
  );
  return [...new Set([...Object.keys(facts), ...ofGroups])];
}

/** The values of a fact in documents that know it, each once. */
function valuesIn(documents: readonly ResultDocument[], name: string): string[] {
  const isOfGroup = !(name in facts);
  return [
    ...new Set(
      documents.flatMap((each) => {
        const value = factsOf(each).get(name);
        if (value !== undefined) return [value];
        return isOfGroup && each.host.fingerprint !== undefined ? ['not set'] : [];
      }),
    ),
  ];
}

/** A fact of many documents, in their order. */
export interface Fact {
  readonly name: string;
  readonly values: readonly string[];
}

/** The facts in which any of many documents differ and that shape their figures. */
export function factsOfMany(documents: readonly ResultDocument[]): Fact[] {
  return namesIn(documents)
    .filter((name) => valuesIn(documents, name).length > 1)
    .map((name) => ({ name, values: documents.map((each) => valuesIn([each], name)[0] ?? 'not known') }));
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
  return namesIn([...old, ...now]).flatMap((name) => {
    const [before, after] = [valuesIn(old, name), valuesIn(now, name)];
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
