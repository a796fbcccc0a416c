import { readFileSync } from 'node:fs';
import type { Strategy } from '../../src/strategies/strategy.ts';

/** Whether the processor and the kernel have protection keys. */
const hasKeys = /\b(ospke|poe)\b/.test(readFileSync('/proc/cpuinfo', 'utf8'));

/** Why a strategy cannot run on this host, or false. `pool` is what withHugePages gave. */
export function cannotRun(
  { name, needs }: Pick<Strategy, 'name' | 'needs'>,
  pool: (() => void) | undefined,
): string | false {
  if (needs.includes('huge page pool') && pool === undefined) return 'the huge page pool cannot be filled';
  if (needs.includes('protection keys') && !hasKeys) return `${name}: this host has no protection keys`;
  return false;
}
