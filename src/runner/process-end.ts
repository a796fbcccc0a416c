import { flagsOf, lengthOf } from '../program/calls.ts';
import { type Program, resultOf } from '../program/ir.ts';
import { MAP } from '../system/constants.ts';
import {
  cpuTimeLimit,
  explainMemoryKill,
  type MemoryKills,
  memoryKills,
  type Refused,
} from '../system/limits.ts';
import { statField } from '../system/process.ts';
import { explainNoRoom } from '../system/refusal.ts';

/** What a host had counted before a process was started. */
export interface CountsBefore {
  readonly memoryKills: MemoryKills;
  /** Seconds on a CPU of all child processes that have ended. */
  readonly childTime: number;
}

/** Counts what tells later why a process was ended. */
export function countBefore(host: Refused): CountsBefore {
  return { memoryKills: memoryKills(host), childTime: childTime(host) };
}

/**
 * Why this host ended a measured process by a signal, with the way out; undefined where it is not known to
 * have done so.
 */
export function explainEnd(
  signal: NodeJS.Signals,
  programs: readonly Program[],
  before: CountsBefore,
  host: Refused,
): string | undefined {
  const all = programs.flatMap(memoryOf);
  switch (signal) {
    case 'SIGBUS':
      return all.map((each) => explainNoRoom(each, host)).find((found) => found !== undefined);
    case 'SIGKILL':
      return (
        explainMemoryKill(
          before.memoryKills,
          host,
          all.reduce((sum, { bytes }) => sum + bytes, 0),
        ) ?? explainTimeKill(before, host)
      );
    case 'SIGXCPU':
      return timeUsedUp(cpuTimeLimit(host).soft ?? 0);
    case 'SIGSYS':
      return 'a seccomp filter ends processes for a system call that this one makes; allow it there';
    default:
      return undefined;
  }
}

/** SIGKILL comes at the hard limit, SIGXCPU at the soft one. */
function explainTimeKill(before: CountsBefore, host: Refused): string | undefined {
  const { hard } = cpuTimeLimit(host);
  return hard !== null && childTime(host) - before.childTime >= hard - clockTick
    ? timeUsedUp(hard)
    : undefined;
}

function timeUsedUp(seconds: number): string {
  return `RLIMIT_CPU is ${seconds} s, and the process has used all of it; ulimit -t raises it`;
}

/** Seconds; the kernel counts so for programs on every architecture (USER_HZ). */
const clockTick = 0.01;

/** Seconds that ended children took (cutime and cstime). */
function childTime({ pid, files }: Refused): number {
  const field = statField(files.readText(`/proc/${pid}/stat`) ?? '');
  return (Number(field(16) ?? 0) + Number(field(17) ?? 0)) * clockTick;
}

/** Memory that all instances of a program take: of each file once, however often it is mapped. */
interface Memory {
  readonly bytes: number;
  readonly path?: string | undefined;
  readonly isHuge: boolean;
}

function memoryOf({ setup, iteration, instances = 1 }: Program): Memory[] {
  const found = new Map<number, Memory>();
  for (const step of [...setup, ...iteration]) {
    const result = resultOf(step);
    if (step.kind !== 'call' || result?.kind !== 'mapping') continue;
    const { file, slot } = result;
    const key = file?.slot ?? slot;
    const bytes = Math.max(found.get(key)?.bytes ?? 0, instances * (lengthOf(step) || result.length));
    const isHuge = file?.pageSize !== undefined || (flagsOf(step, 'map') & MAP.MAP_HUGETLB) !== 0;
    found.set(key, { bytes, path: file?.path, isHuge });
  }
  return [...found.values()];
}
