import type { Strategy, WxClass } from '../strategies/strategy.ts';
import { allowedCpus } from '../system/affinity.ts';
import { pageSize } from '../system/page-size.ts';
import { runFork } from './fork.ts';
import { planCases } from './plan.ts';

/** A strategy, and whether this host can run it. */
export interface CatalogueEntry {
  readonly name: string;
  readonly summary: string;
  readonly wx: WxClass;
  readonly needs: string;
  readonly status: 'available' | 'unavailable' | 'failed';
  /** Why it is not available. */
  readonly reason?: string;
}

/** Runs one iteration of every strategy, each in a child process of its own. */
export function tryStrategies(
  strategies: readonly Strategy[],
  signal: AbortSignal,
): Promise<CatalogueEntry[]> {
  const cpus = allowedCpus();
  return Promise.all(
    strategies.map(async ({ name, summary, wx, needs }, index): Promise<CatalogueEntry> => {
      const entry = { name, summary, wx, needs };
      const [wanted] = planCases({ ...tried, strategies: [name] }, pageSize());
      if (wanted === undefined) throw new RangeError(`no case for ${name}`);
      const outcome = await runFork({ kind: 'try', cases: [wanted] }, cpus[index % cpus.length] ?? 0, signal);
      if (outcome.kind === 'unavailable' || outcome.kind === 'failed') {
        return { ...entry, status: outcome.kind, reason: outcome.reason };
      }
      return { ...entry, status: 'available' };
    }),
  );
}

const tried = { pages: [4], layout: 'guarded', engine: 'native', workload: 'ret' } as const;
