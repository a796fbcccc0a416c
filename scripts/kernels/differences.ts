import { findStrategy } from '../../src/strategies/catalogue.ts';
import { programOf } from '../../src/strategies/strategy.ts';
import type { KernelCase, KernelResult } from './boot.ts';

/**
 * Faults an iteration by which two boots may differ: an emulated machine is slow, so that few iterations
 * share the faults of a sample’s first ones.
 */
const tolerance = 0.5;

/** What a boot shows else than a known one, in sentences: what runs, faults, and checks that fail. */
export function differencesOf(known: KernelResult, found: KernelResult): string[] {
  return known.cases.flatMap((before) => {
    const after = found.cases.find(({ strategy }) => strategy === before.strategy);
    return after === undefined ? [`${before.strategy} is gone`] : differencesIn(before, after);
  });
}

function differencesIn(before: KernelCase, after: KernelCase): string[] {
  const { strategy } = before;
  if (before.status !== after.status)
    return [`${strategy} was ${before.status}, is ${after.status}${after.reason ? `: ${after.reason}` : ''}`];
  const failed = after.failed.map((evidence) => `${strategy} fails a check: ${evidence}`);
  if (isPeriodic(strategy)) return failed;
  const change = Math.abs((after.faults ?? 0) - (before.faults ?? 0));
  if (change <= tolerance) return failed;
  return [...failed, `${strategy} took ${before.faults} faults an iteration, takes ${after.faults}`];
}

/**
 * Whether some step runs only in the last of every so many iterations. On a slow host a batch has fewer than
 * that, and its mean says how slow the host is.
 */
function isPeriodic(name: string): boolean {
  const strategy = findStrategy(name);
  if (strategy === undefined) return false;
  const { iteration } = programOf(strategy, { pages: 4, pageSize: 4096 });
  return iteration.some((step) => step.kind === 'call' && step.every !== undefined);
}
