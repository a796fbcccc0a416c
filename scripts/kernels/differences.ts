import type { KernelCase, KernelResult } from './boot.ts';

/** Faults an iteration by which two boots may differ: an emulated machine is slow, so that few iterations share the faults of a sample’s first ones. */
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
  const change = Math.abs((after.faults ?? 0) - (before.faults ?? 0));
  if (change <= tolerance) return failed;
  return [...failed, `${strategy} took ${before.faults} faults an iteration, takes ${after.faults}`];
}
