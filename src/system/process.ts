import { closeSync, openSync, readFileSync } from 'node:fs';
import type { SystemFiles } from './files.ts';
import { callLibc } from './libc.ts';

/** A process that cannot be taken for a later one with its number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks after boot. */
  readonly startedAt: number;
}

/** Who a process is; undefined where it does not run (zombies do not). */
export function identify(pid: number): ProcessIdentity | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  const field = statField(text);
  const state = field(3);
  return state === 'Z' || state === 'X' ? undefined : { pid, startedAt: Number(field(22)) };
}

/**
 * The fields from 3 on of the text of /proc/<pid>/stat, by their numbers in proc_pid_stat(5): the name before
 * them, in parentheses, may hold anything.
 */
export function statField(text: string): (number: number) => string | undefined {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (number) => fields[number - 3];
}

/** Whether that very process still runs. */
export function isRunning({ pid, startedAt }: ProcessIdentity): boolean {
  return identify(pid)?.startedAt === startedAt;
}

/** What tells this boot of the kernel from others; empty where the kernel does not say. */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

const CLONE_NEWPID = 0x20000000;

/**
 * Runs `body`; a process that it starts is the first of a pid namespace of its own, with whose end all others
 * there end. Throws a RefusalError where this process may not make one.
 */
export function withOwnPids<T>(body: () => T): T {
  const before = openSync('/proc/self/ns/pid', 'r');
  try {
    callLibc('unshare', CLONE_NEWPID);
    try {
      return body();
    } finally {
      callLibc('setns', before, CLONE_NEWPID);
    }
  } finally {
    closeSync(before);
  }
}

/** Capabilities by name (include/uapi/linux/capability.h). */
const numbers = { CAP_IPC_LOCK: 14, CAP_SYS_ADMIN: 21, CAP_SYSLOG: 34, CAP_PERFMON: 38 } as const;

/** Whether this process has a capability in effect; undefined where /proc/self/status does not tell. */
export function hasCapability({ readText }: SystemFiles, name: keyof typeof numbers): boolean | undefined {
  const mask = /^CapEff:\s*([0-9a-f]+)$/m.exec(readText('/proc/self/status') ?? '')?.[1];
  return mask === undefined ? undefined : ((BigInt(`0x${mask}`) >> BigInt(numbers[name])) & 1n) === 1n;
}
