import type { Strategy } from '../strategies/strategy.ts';
import { allowedCpus } from '../system/affinity.ts';
import { pageSize } from '../system/page-size.ts';
import { Forks } from './forks.ts';
import type { Job, Outcome } from './message.ts';
import { type KnownStrategy, planCases } from './plan.ts';
import { mapOnCpus } from './pool.ts';

/** Whether a strategy runs under a policy. */
interface MatrixCell {
  /** As `mdwe,memlock=64K`; absent for none. */
  readonly policy?: string;
  readonly status: 'runs' | 'unavailable' | 'failed';
  /** Why not: a sentence. */
  readonly reason?: string;
}

/** A strategy under each of the policies, in their order. */
export interface MatrixRow {
  readonly strategy: string;
  readonly wx: Strategy['wx'];
  readonly cells: readonly MatrixCell[];
}

/** Pages of the module that is tried. */
const triedPages = 4;

/**
 * Runs one iteration of every strategy under every policy, each in a process of its own that is under it for real. The code
 * that is loaded is that of `stamp`: stale code would be a failure. Never rejects for what happens in a child.
 */
export async function runMatrix(
  strategies: readonly KnownStrategy[],
  policies: readonly (string | undefined)[],
  signal: AbortSignal,
  onRow: (strategy: string) => void = () => {},
): Promise<MatrixRow[]> {
  const tries = strategies.flatMap((known) => policies.map((policy) => ({ known, policy })));
  using forks = new Forks();
  const cells = await mapOnCpus(tries, allowedCpus(), async ({ known, policy }, cpu) => {
    if (policy === policies[0]) onRow(known.strategy.name);
    return tryUnder(known, policy, (job) => forks.run(job, { cpu, signal }));
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
  run: (job: Job) => Promise<Outcome>,
): Promise<MatrixCell> {
  const options = { pages: [triedPages], layout: 'guarded', engine: 'native', workload: 'stamp' } as const;
  const [wanted] = planCases([known], { ...options, ...(policy && { policy }) }, pageSize());
  if (wanted === undefined) throw new RangeError(`no case for ${known.strategy.name}`);
  const outcome = await run({ kind: 'try', cases: [wanted] });
  const under = policy === undefined ? {} : { policy };
  if (outcome.kind === 'unavailable' || outcome.kind === 'failed')
    return { ...under, status: outcome.kind, reason: outcome.reason };
  return { ...under, status: 'runs' };
}
