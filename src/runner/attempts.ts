import type { MatrixCell } from '../results/matrix.ts';
import { probes } from '../strategies/probes.ts';
import type { Group, Owner, Strategy, WxClass } from '../strategies/strategy.ts';
import type { Target } from '../target/target.ts';
import type { CheckResult } from '../verification/check-result.ts';
import { Forks } from './forks.ts';
import type { Job, Outcome, ProbeAnswer } from './message.ts';
import { type Case, type KnownStrategy, planCases } from './plan.ts';

/**
 * Does something for every item, one item at a time on every CPU, and gives the results in the order of the
 * items. For what is not timed.
 */
async function mapOnCpus<Item, Result>(
  items: readonly Item[],
  cpus: readonly number[],
  use: (item: Item, cpu: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const left = [...items.entries()].reverse();
  const work = async (cpu: number) => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      const [index, item] = next;
      results[index] = await use(item, cpu);
    }
  };
  await Promise.all(cpus.map(work));
  return results;
}

/** A strategy, and whether this host can run it. */
export interface CatalogueEntry {
  readonly name: string;
  readonly summary: string;
  readonly group: Group;
  readonly wx: WxClass;
  readonly needs: string;
  readonly remedy: string | undefined;
  readonly shippedBy: readonly Owner[];
  readonly status: 'available' | 'unavailable' | 'failed';
  /** Why it is not available. */
  readonly reason?: string;
}

/** Runs one iteration of every strategy, each in a process of its own. */
export async function tryStrategies(
  strategies: readonly KnownStrategy[],
  signal: AbortSignal,
): Promise<CatalogueEntry[]> {
  using forks = new Forks();
  return await mapOnCpus(strategies, forks.lanes, async (known, cpu): Promise<CatalogueEntry> => {
    const { name, summary, wx, needs, remedy, group = 'user', shippedBy = [] } = known.strategy;
    const entry = { name, summary, group, wx, needs, remedy, shippedBy };
    const [wanted] = planCases([known], tried, forks.pageSize);
    if (wanted === undefined) throw new RangeError(`no case for ${name}`);
    const outcome = await forks.run({ kind: 'try', cases: [wanted] }, { cpu, signal });
    if (outcome.kind === 'unavailable' || outcome.kind === 'failed')
      return { ...entry, status: outcome.kind, reason: outcome.reason };
    return { ...entry, status: 'available' };
  });
}

const tried = { pages: [4], layout: 'guarded', engine: 'native', workload: 'ret' } as const;

/** A strategy under each of the policies, in their order. */
export interface MatrixRow {
  readonly strategy: string;
  readonly wx: Strategy['wx'];
  readonly cells: readonly MatrixCell[];
}

/** Pages of the module that is tried. */
const triedPages = 4;

/**
 * Runs one iteration of every strategy under every policy, each in a process of its own that is under it for
 * real. The code that is loaded is that of `stamp`: stale code would be a failure. Never rejects for what
 * happens in a child.
 */
export async function runMatrix(
  strategies: readonly KnownStrategy[],
  policies: readonly (string | undefined)[],
  signal: AbortSignal,
  onRow: (strategy: string) => void = () => {},
  target?: Target,
): Promise<MatrixRow[]> {
  const tries = strategies.flatMap((known) => policies.map((policy) => ({ known, policy })));
  using forks = new Forks({ target });
  const cells = await mapOnCpus(tries, forks.lanes, async ({ known, policy }, cpu) => {
    if (policy === policies[0]) onRow(known.strategy.name);
    const run = (job: Job) => forks.run(job, { cpu, signal });
    return tryUnder(known, policy, { run, pageSize: forks.pageSize });
  });
  return strategies.map(({ strategy }, row) => ({
    strategy: strategy.name,
    wx: strategy.wx,
    cells: cells.slice(row * policies.length, (row + 1) * policies.length),
  }));
}

async function tryUnder(
  known: KnownStrategy,
  policy: string | undefined,
  { run, pageSize }: { readonly run: (job: Job) => Promise<Outcome>; readonly pageSize: number },
): Promise<MatrixCell> {
  const options = { pages: [triedPages], layout: 'guarded', engine: 'native', workload: 'stamp' } as const;
  const [wanted] = planCases([known], { ...options, ...(policy && { policy }) }, pageSize);
  if (wanted === undefined) throw new RangeError(`no case for ${known.strategy.name}`);
  const outcome = await run({ kind: 'try', cases: [wanted] });
  const under = policy === undefined ? {} : { policy };
  if (outcome.kind === 'unavailable' || outcome.kind === 'failed')
    return {
      ...under,
      status: outcome.kind,
      reason: outcome.reason,
      ...(outcome.refusal && { refusal: outcome.refusal }),
    };
  return { ...under, status: 'runs' };
}

/** What became of a case's checks. */
export type Verified =
  | { readonly case: Case; readonly kind: 'verified'; readonly checks: readonly CheckResult[] }
  | { readonly case: Case; readonly kind: 'unavailable' | 'failed'; readonly reason: string };

/** Checks every case in a child of its own, on `cpu`. */
export async function verifyCases(
  cases: readonly Case[],
  { cpu, forkTimeoutMs }: { readonly cpu: number; readonly forkTimeoutMs?: number | undefined },
  signal: AbortSignal,
  onCase: (each: Case) => void = () => {},
  target?: Target,
): Promise<Verified[]> {
  using forks = new Forks({ target });
  const verified: Verified[] = [];
  for (const each of cases) {
    if (signal.aborted) break;
    onCase(each);
    const outcome = await forks.run(
      { kind: 'verify', cases: [each] },
      { cpu, signal, timeout: forkTimeoutMs },
    );
    if (outcome.kind === 'verified') verified.push({ case: each, ...outcome });
    else if (outcome.kind === 'unavailable' || outcome.kind === 'failed')
      verified.push({ case: each, kind: outcome.kind, reason: outcome.reason });
  }
  return verified;
}

/** Addresses of a case's mappings by name, one from each process. */
export type DrawnPlaces = ReadonlyMap<string, ReadonlyMap<string, readonly bigint[]>>;

/**
 * Draws where the mappings of each case lie, by its id, in a fresh process for each draw. Nothing is timed,
 * so all CPUs are used.
 */
export async function drawPlaces(
  cases: readonly Case[],
  draws: number,
  signal: AbortSignal,
  target?: Target,
): Promise<DrawnPlaces> {
  using forks = new Forks({ target });
  const drawn = new Map(cases.map(({ id }) => [id, new Map<string, bigint[]>()]));
  // A process for each case: what another one has mapped and unmapped would decide where this one's mappings
  // go.
  const all = Array.from({ length: draws }, () => cases).flat();
  await mapOnCpus(all, forks.lanes, async (each, cpu) => {
    if (signal.aborted) return;
    const outcome = await forks.run({ kind: 'place', cases: [each] }, { cpu, signal });
    if (outcome.kind !== 'placed') return;
    const own = drawn.get(each.id);
    for (const [name, address] of Object.entries(outcome.places ?? {}))
      own?.set(name, [...(own.get(name) ?? []), BigInt(address)]);
  });
  return drawn;
}

/** A probe and its answer. */
export interface ProbeResult {
  readonly name: string;
  readonly summary: string;
  readonly answer: ProbeAnswer;
}

/** Asks the kernel every probe, each in a process of its own. */
export async function runProbes(signal: AbortSignal): Promise<ProbeResult[]> {
  using forks = new Forks();
  return await mapOnCpus(probes, forks.lanes, async ({ name, summary }, cpu): Promise<ProbeResult> => {
    const outcome = await forks.run({ kind: 'probe', probe: name, cases: [] }, { cpu, signal });
    if (outcome.kind === 'probed') return { name, summary, answer: outcome.answer };
    const reason = outcome.kind === 'failed' ? outcome.reason : 'the measured process said nothing';
    return { name, summary, answer: { kind: 'unavailable', reason } };
  });
}
