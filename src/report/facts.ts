import { formatBytes } from '../format/numbers.ts';
import { countOf, plainText, wrapText } from '../format/text.ts';
import { type CaseResult, costUnitOf, type HostFacts, type ResultDocument } from '../results/document.ts';

/**
 * What a reader must know of a run to judge its numbers, in one line where it fits, never broken within a
 * fact.
 */
export function renderFacts(document: ResultDocument, width: number): string {
  const isShort = (fact: string) => fact.length < width;
  const facts = factsOf(document).map((fact) => (isShort(fact) ? fact.replaceAll(' ', noBreak) : fact));
  return wrapText(facts.join(', '), width).replaceAll(noBreak, ' ');
}

/** The space at which `wrapText` does not break. */
const noBreak = '\u00a0';

/** What a reader must know of a run to judge its numbers, a phrase a fact. */
export function factsOf({ host, cases, options }: ResultDocument): string[] {
  const facts = [
    ...hostParts(host),
    ...moduleSize(cases),
    ...theOnly(cases, ({ engine }) => `${engine} engine`),
    ...theOnly(cases, ({ layout }) => `${layout} layout`),
    ...(options.runs === undefined ? forkCount(cases) : runCount(cases, options)),
    ...confidence(cases),
  ];
  return facts.map(plainText);
}

function hostParts(host: HostFacts): string[] {
  return [
    host.cpu,
    ...(host.cpus === null ? [] : [countOf(host.cpus, 'CPU')]),
    ...(host.fingerprint?.cacheType === undefined ? [] : [`CTR_EL0 ${host.fingerprint.cacheType}`]),
    `Linux ${host.kernel}`,
    host.virtualisation === null ? 'no hypervisor known' : `virtualised (${host.virtualisation})`,
  ];
}

/** A host in a phrase. */
export function describeHost(host: HostFacts): string {
  return plainText(hostParts(host).join(', '));
}

/** How many forks the measured cases have, as `5 forks` or `2-3 forks`; a fork that counts is a boot. */
export function forkCount(cases: readonly CaseResult[]): string[] {
  const counts = cases.filter(({ status }) => status === 'measured').map(({ forks }) => forks.length);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  if (counts.length === 0 || most === 0) return [];
  const noun = costUnitOf(cases) === 'ns/iter' ? 'fork' : 'boot';
  return [least === most ? countOf(most, noun) : `${least}-${most} ${noun}s`];
}

/** As `5 runs of 40 forks`: of several runs what stands for a fork is a run. */
function runCount(cases: readonly CaseResult[], { forks }: ResultDocument['options']): string[] {
  const ofEach = forks === undefined ? '' : ` of ${countOf(forks, 'fork')}`;
  return forkCount(cases).map((text) => `${text.replace(/\b(?:fork|boot)/, 'run')}${ofEach}`);
}

function moduleSize(cases: readonly CaseResult[]): string[] {
  const [pages] = theOnly(cases, (each) => each.pages);
  const [pageSize] = theOnly(cases, (each) => each.pageSize);
  if (pageSize === undefined || pages === null) return [];
  return [`${pages === undefined ? 'pages' : countOf(pages, 'page')} of ${formatBytes(pageSize)}`];
}

function confidence(cases: readonly CaseResult[]): string[] {
  const known = cases.flatMap((each) => (each.status === 'measured' ? (each.estimate.confidence ?? []) : []));
  return theOnly(known, (fraction) => `${Number((fraction * 100).toFixed(3))} % intervals`);
}

/** What is the same of all items, or nothing. */
function theOnly<T, U>(items: readonly T[], of: (item: T) => U): U[] {
  const values = new Set(items.map(of));
  return values.size === 1 ? [...values] : [];
}

/** Ids of cases as short as they can be: what follows the strategy is left out where all ids have it. */
export function caseLabels(ids: readonly string[]): string[] {
  const parts = ids.map((id) => id.split('/'));
  const isShared = (part: string) => parts.every(([, ...settings]) => settings.includes(part));
  return parts.map(([strategy = '', ...settings]) =>
    plainText([strategy, ...settings.filter((part) => !isShared(part))].join('/')),
  );
}

/** What distinguishes cases of one strategy, and which side a column of it is aligned to. */
export const settings = {
  pages: 'right',
  workload: 'left',
  threads: 'right',
  background: 'left',
  processes: 'right',
  layout: 'left',
  engine: 'left',
} as const;

/** The name of a setting. */
export type Setting = keyof typeof settings;

/** The settings in which cases differ. */
export function differingSettings(
  cases: readonly Readonly<Partial<Record<Setting, string | number | null | undefined>>>[],
): Setting[] {
  const names = Object.keys(settings) as Setting[];
  return names.filter((name) => new Set(cases.map((each) => each[name])).size > 1);
}
