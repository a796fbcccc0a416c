import { hash32 } from './content.ts';
import type { Workload } from './workload.ts';

/** Places that `patch` stores to: as many as make every page of 1 MiB take part. */
export const patchSites = 1024;

/** Bytes between two places at which a patch may lie. */
export const siteUnit = 64;

/** Offset in bytes of a place that `patch` stores to. */
export function siteOffset(site: number, bytes: number): number {
  return (hash32(site) % (bytes / siteUnit)) * siteUnit;
}

/** Inline caches: a region that stays is changed in a few scattered places. */
export function patchOf(count: number, isLive: boolean): Workload {
  return {
    name: 'patch',
    summary: `${count} scattered ${count === 1 ? 'store' : 'stores'} of 8 bytes into a region that stays, and a call of the last`,
    code: { kind: 'patches', count, isLive },
    life: { kind: 'resident' },
    pages: 256,
  };
}
