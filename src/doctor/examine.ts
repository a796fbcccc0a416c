import type { HostFinding } from '../results/document.ts';
import type { Check } from './check.ts';
import type { Facts } from './facts.ts';

/** What the checks find, in their order. Takes a few milliseconds; throws nothing for what cannot be read. */
export function examine(facts: Facts, checks: readonly Check[]): HostFinding[] {
  return checks.flatMap(({ id, look }) => [look(facts)].flat().map((verdict) => ({ id, ...verdict })));
}
