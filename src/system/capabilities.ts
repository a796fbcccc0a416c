import type { SystemFiles } from './files.ts';

/** Capabilities by name (include/uapi/linux/capability.h). */
const numbers = { CAP_IPC_LOCK: 14, CAP_SYS_ADMIN: 21, CAP_SYSLOG: 34, CAP_PERFMON: 38 } as const;

/** Whether this process has a capability in effect; undefined where /proc/self/status does not tell. */
export function hasCapability({ readText }: SystemFiles, name: keyof typeof numbers): boolean | undefined {
  const mask = /^CapEff:\s*([0-9a-f]+)$/m.exec(readText('/proc/self/status') ?? '')?.[1];
  return mask === undefined ? undefined : ((BigInt(`0x${mask}`) >> BigInt(numbers[name])) & 1n) === 1n;
}
