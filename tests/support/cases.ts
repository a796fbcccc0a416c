import { type Case, type CaseOptions, type KnownStrategy, planCases } from '../../src/runner/plan.ts';
import { findStrategy } from '../../src/strategies/catalogue.ts';
import { pageSize } from '../../src/system/memory.ts';

/** A strategy of the catalogue, as plans take them. */
function known(name: string): KnownStrategy {
  const strategy = findStrategy(name);
  if (strategy === undefined) throw new Error(`no strategy is named ${name}`);
  return { strategy };
}

/** One case of a strategy of the catalogue; by default the smallest and simplest. */
export function caseOf(name: string, options: Partial<CaseOptions> = {}, bytesAPage = pageSize()): Case {
  const plain = { pages: [1], layout: 'guarded', engine: 'native', workload: 'ret' } as const;
  const [only] = planCases([known(name)], { ...plain, ...options }, bytesAPage);
  if (only === undefined) throw new Error(`no case of ${name}`);
  return only;
}
