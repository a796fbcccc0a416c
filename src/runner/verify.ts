import type { Verdict } from '../verification/verdict.ts';
import type { Case } from './case.ts';
import { Forks } from './forks.ts';
import { mapOnCpus } from './pool.ts';

/** What became of a case's checks. */
export type Verified =
  | { readonly case: Case; readonly kind: 'verified'; readonly verdicts: readonly Verdict[] }
  | { readonly case: Case; readonly kind: 'unavailable' | 'failed'; readonly reason: string };

/** Checks every case in a child of its own, on `cpu`. */
export async function verifyCases(
  cases: readonly Case[],
  { cpu, forkTimeoutMs }: { readonly cpu: number; readonly forkTimeoutMs?: number | undefined },
  signal: AbortSignal,
  onCase: (each: Case) => void = () => {},
): Promise<Verified[]> {
  using forks = new Forks();
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
 * Draws where the mappings of each case lie, by its id, in a fresh process for each draw. Nothing is timed, so
 * all CPUs are used.
 */
export async function drawPlaces(
  cases: readonly Case[],
  draws: number,
  cpus: readonly number[],
  signal: AbortSignal,
): Promise<DrawnPlaces> {
  using forks = new Forks();
  const drawn = new Map(cases.map(({ id }) => [id, new Map<string, bigint[]>()]));
  // A process for each case: what another one has mapped and unmapped would decide where this one's mappings go.
  const all = Array.from({ length: draws }, () => cases).flat();
  await mapOnCpus(all, cpus, async (each, cpu) => {
    if (signal.aborted) return;
    const outcome = await forks.run({ kind: 'place', cases: [each] }, { cpu, signal });
    if (outcome.kind !== 'placed') return;
    const own = drawn.get(each.id);
    for (const [name, address] of Object.entries(outcome.places ?? {}))
      own?.set(name, [...(own.get(name) ?? []), BigInt(address)]);
  });
  return drawn;
}
