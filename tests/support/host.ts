import { existsSync, readFileSync } from 'node:fs';
import type { Strategy } from '../../src/strategies/strategy.ts';

/** Whether the processor and the kernel have protection keys. */
const cpuinfo = readFileSync('/proc/cpuinfo', 'utf8');
const keys = /\b(ospke|poe)\b/.exec(cpuinfo)?.[0];

/** What transparent_hugepage/<name> says, for private or shared memory. */
function hugePageMode(name: 'enabled' | 'shmem_enabled'): string | undefined {
  const path = `/sys/kernel/mm/transparent_hugepage/${name}`;
  return existsSync(path) ? /\[(\w+)\]/.exec(readFileSync(path, 'utf8'))?.[1] : undefined;
}

/** Why a strategy cannot run on this host, or false. `pool` is what withHugePages gave. */
export function cannotRun(
  { name, needs }: Pick<Strategy, 'name' | 'needs'>,
  pool: (() => void) | undefined,
): string | false {
  if (needs.includes('huge page pool') && pool === undefined) return 'the huge page pool cannot be filled';
  for (const setting of ['enabled', 'shmem_enabled'] as const) {
    const mode = hugePageMode(setting);
    if (needs.includes(`transparent_hugepage/${setting} `) && (mode === undefined || /never|deny/.test(mode)))
      return `transparent_hugepage/${setting} is ${mode}`;
  }
  const needed = needs.includes('take execution away') ? 'poe' : (keys ?? 'a key');
  if (needs.includes('protection keys') && keys !== needed)
    return `${name}: this host has no protection keys`;
  const instruction = /^x86-64 with (\w+)/.exec(needs)?.[1];
  if (instruction !== undefined && !new RegExp(`^flags.* ${instruction}\\b`, 'm').test(cpuinfo))
    return `${name}: this host has no ${instruction}`;
  return false;
}
