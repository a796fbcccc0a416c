import { CLONE_VM, type FileReference, type TracedCall, type TraceEvent } from './trace-event.ts';

/** A line of an event: the process and thread, seconds, the event and what it holds. */
const line = /^\s*.*?\s+(-?\d+)\/(-?\d+)\s+(\d+\.\d+):\s+(\S+?):\s?(.*)$/;
const field = /\b(\w+): (0x[0-9a-f]+|-?\d+)/g;
const forked = /^PERF_RECORD_FORK\((\d+):(\d+)\):\((\d+):(\d+)\)/;
const ended = /^PERF_RECORD_EXIT\((\d+):(\d+)\)/;
const mapped = /^PERF_RECORD_MMAP2 (\d+)\/(\d+): \[0x([0-9a-f]+)\(.*?\]: \S+ (.*)$/;
/** What perf writes where it is asked to show its own events: there is no colon behind their names. */
const record = /^\s*.*?\s+(-?\d+)\/(-?\d+)\s+(\d+\.\d+):\s+(PERF_RECORD_\w+.*)$/;

const fileArguments: Readonly<Record<string, number>> = {
  mmap: 4,
  ftruncate: 0,
  fcntl: 0,
  ioctl: 0,
  pwrite64: 0,
};
const openers: readonly string[] = ['memfd_create', 'memfd_secret', 'open', 'openat', 'userfaultfd'];

/** A call that has begun. */
interface Begun {
  readonly name: string;
  readonly args: readonly number[];
  readonly time: number;
  /** Of the file that it maps executable. */
  path?: string;
}

/**
 * Reads what `perf script --show-mmap-events --show-task-events -F comm,pid,tid,time,event,trace` writes of
 * the tracepoints of system calls. perf tells paths of files only where they are mapped executable, and
 * nothing of what is in structures.
 */
export class PerfReader {
  readonly #begun = new Map<number, Begun>();
  /** Events that perf had no room for. */
  lost = 0;

  /** The events of one line, in order. */
  line(text: string): TraceEvent[] {
    const own = record.exec(text);
    if (own !== null) return this.#record(own[4] ?? '', Number(own[3]));
    const [, , thread, seconds, group = '', rest = ''] = line.exec(text) ?? [];
    if (thread === undefined || !group.startsWith('syscalls')) return [];
    const at = { thread: Number(thread), time: Number(seconds) };
    const [, side, name = '', holds = ''] = /^sys_(enter|exit)_(\w+): ?(.*)$/.exec(rest) ?? [];
    if (side === 'enter') {
      const args = [...holds.matchAll(field)].map(([, , value]) => Number(value)).map(signedDescriptor);
      this.#begun.set(at.thread, { name, args, time: at.time });
      return [];
    }
    return side === 'exit' ? this.#ended(name, Number(holds), at) : [];
  }

  #record(text: string, time: number): TraceEvent[] {
    const fork = forked.exec(text);
    if (fork !== null) {
      const [pid, thread, parentPid, parent] = fork.slice(1).map(Number);
      const flags = pid === parentPid ? CLONE_VM : 0;
      return [{ kind: 'start', time, thread: thread ?? 0, parent: parent ?? 0, flags }];
    }
    const end = ended.exec(text);
    if (end !== null) return [{ kind: 'end', time, thread: Number(end[2]) }];
    const map = mapped.exec(text);
    const begun = map === null ? undefined : this.#begun.get(Number(map[2]));
    if (begun?.name === 'mmap') begun.path = map?.[4] ?? '';
    if (text.startsWith('PERF_RECORD_LOST')) this.lost += Number(/lost (\d+)/.exec(text)?.[1] ?? 1);
    return [];
  }

  #ended(name: string, result: number, at: { readonly thread: number; readonly time: number }): TraceEvent[] {
    const begun = this.#begun.get(at.thread);
    this.#begun.delete(at.thread);
    // The process that is followed begins between the two halves of its execve(2).
    const isExec = name === 'execve' || name === 'execveat';
    if (begun?.name !== name && !isExec) return [];
    // -1 to -4095 as 64 bits are beyond the precision of a number, and above all addresses.
    if (result < 0 || result > 2 ** 63) return [{ kind: 'failed', ...at, name }];
    const args = begun?.args ?? [];
    const call: TracedCall = { kind: 'call', ...at, name, args, result };
    const place = fileArguments[name];
    const fd = place === undefined ? undefined : args[place];
    if (openers.includes(name)) return [{ ...call, opened: openedBy(name, result) }];
    return [fd === undefined || fd < 0 ? call : { ...call, file: fileOf(fd, begun?.path) }];
  }
}

/** -1 as 32 or 64 bits. */
function signedDescriptor(value: number): number {
  return value === 0xffff_ffff || value >= 2 ** 63 ? -1 : value;
}

function openedBy(name: string, fd: number): FileReference {
  return { fd, path: name.startsWith('memfd') ? '/memfd:' : '', isDeleted: name.startsWith('memfd') };
}

function fileOf(fd: number, path = ''): FileReference {
  const isDeleted = path.endsWith(' (deleted)');
  return { fd, path: isDeleted ? path.slice(0, -' (deleted)'.length) : path, isDeleted };
}
