import type { Group, Owner, WxClass } from '../strategies/strategy.ts';
import { allowedCpus } from '../system/affinity.ts';
import { pageSize } from '../system/page-size.ts';
import { Forks } from './forks.ts';
import { type KnownStrategy, planCases } from './plan.ts';
import { mapOnCpus } from './pool.ts';

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
  return await mapOnCpus(strategies, allowedCpus(), async (known, cpu): Promise<CatalogueEntry> => {
    const { name, summary, wx, needs, remedy, group = 'own', shippedBy = [] } = known.strategy;
    const entry = { name, summary, group, wx, needs, remedy, shippedBy };
    const [wanted] = planCases([known], tried, pageSize());
    if (wanted === undefined) throw new RangeError(`no case for ${name}`);
    const outcome = await forks.run({ kind: 'try', cases: [wanted] }, { cpu, signal });
    if (outcome.kind === 'unavailable' || outcome.kind === 'failed')
      return { ...entry, status: outcome.kind, reason: outcome.reason };
    return { ...entry, status: 'available' };
  });
}

const tried = { pages: [4], layout: 'guarded', engine: 'native', workload: 'ret' } as const;
