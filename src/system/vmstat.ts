import { readFileSync } from 'node:fs';

/** The lines of /proc/vmstat that tell how mappings were served. All count the whole machine, since boot. */
export const vmstatNames = [
  /** Page faults. */
  'pgfault',
  /** Writes to a read-only page that took it over instead of copying it. */
  'pgreuse',
  /** Faults served with a transparent huge page. */
  'thp_fault_alloc',
  /** Huge page mappings split into small ones. */
  'thp_split_pmd',
  /** Huge pages put together by khugepaged. */
  'thp_collapse_alloc',
  /** TLB flushes asked of other CPUs. This and the next two only with CONFIG_DEBUG_TLBFLUSH, x86 only. */
  'nr_tlb_remote_flush',
  'nr_tlb_local_flush_all',
  'nr_tlb_local_flush_one',
] as const;

/** A line of /proc/vmstat. */
export type VmstatName = (typeof vmstatNames)[number];

/** Counts by name; what this kernel does not count is absent. */
export type Vmstat = Readonly<Partial<Record<VmstatName, number>>>;

/** Reads some lines of /proc/vmstat. Empty where the file cannot be read; throws nothing. */
export function readVmstat(names: readonly VmstatName[] = vmstatNames): Vmstat {
  let text: string;
  try {
    text = readFileSync('/proc/vmstat', 'utf8');
  } catch {
    return {};
  }
  return parseVmstat(text, names);
}

/** Picks some lines out of the text of /proc/vmstat. */
export function parseVmstat(text: string, names: readonly VmstatName[]): Vmstat {
  const counts: Partial<Record<VmstatName, number>> = {};
  for (const name of names) {
    const count = new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1];
    if (count !== undefined) counts[name] = Number(count);
  }
  return counts;
}
