import { flagsOf, lengthOf } from '../program/call-arguments.ts';
import type { Program } from '../program/step.ts';
import { resultOf } from '../program/value.ts';
import { MAP } from '../system/constants.ts';
import { explainMemoryKill, type MemoryKills, type Refused, softLimit } from '../system/limits.ts';
import { explainNoRoom } from '../system/refusal.ts';

/** Why this host ended a measured process by a signal, with the way out; undefined where it is not known to have done so. */
export function explainEnd(
  signal: NodeJS.Signals,
  programs: readonly Program[],
  killsBefore: MemoryKills,
  host: Refused,
): string | undefined {
  const all = programs.flatMap(memoryOf);
  switch (signal) {
    case 'SIGBUS':
      return all.map((each) => explainNoRoom(each, host)).find((found) => found !== undefined);
    case 'SIGKILL':
      return explainMemoryKill(
        killsBefore,
        host,
        all.reduce((sum, { bytes }) => sum + bytes, 0),
      );
    case 'SIGXCPU': {
      const seconds = softLimit(host.files.readText('/proc/self/limits') ?? '', 'Max cpu time');
      return `RLIMIT_CPU is ${seconds ?? 0} s, and the process has used all of it; ulimit -t raises it`;
    }
    case 'SIGSYS':
      return 'a seccomp filter ends processes for a system call that this one makes; allow it there';
    default:
      return undefined;
  }
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
