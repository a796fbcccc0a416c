import { FCNTL, MEMBARRIER, MFD, OPEN, UFFDIO } from '../system/constants.ts';
import type { AddressSpace } from './address-space.ts';
import { Lives } from './lives.ts';
import { MappingCalls } from './mapping-calls.ts';
import { type CountedCall, Memory } from './memory.ts';
import { backingOf, isShared, Processes } from './processes.ts';
import { type Row, Rows } from './rows.ts';
import { mappedBefore, type TracedCall, type TraceEvent } from './trace-event.ts';

/** What was seen of a program. */
export interface Seen {
  readonly rows: readonly Row[];
  /** All traced calls that succeeded, by name. */
  readonly calls: ReadonlyMap<string, number>;
  readonly failed: ReadonlyMap<string, number>;
  readonly threads: number;
  /** Of the first event, in the seconds of events. */
  readonly firstAt: number;
  /** Seconds from the first event to the last: of a command, its life. */
  readonly span: number;
}

/** Something that was mapped before the first event. */
export interface Existing {
  readonly start: number;
  readonly end: number;
  readonly prot: number;
  readonly isShared: boolean;
  readonly path: string;
  readonly offset: number;
}

/** Follows the mappings of a program and its children through the calls that they make. */
export class Follower {
  readonly #rows: Rows;
  readonly #lives: Lives;
  readonly #processes: Processes;
  readonly #calls = new Map<string, number>();
  readonly #failed = new Map<string, number>();
  readonly #threads = new Set<number>();
  readonly #mappings: MappingCalls;
  #firstAt: number | undefined;
  #lastAt = 0;

  /** `pageSize` in bytes. */
  constructor(pageSize: number) {
    this.#rows = new Rows();
    this.#lives = new Lives(this.#rows);
    this.#processes = new Processes(this.#lives);
    this.#mappings = new MappingCalls(this.#lives, this.#processes, pageSize);
  }

  /** What a process that is attached to has mapped already. */
  begin(thread: number, existing: readonly Existing[]): void {
    const space = this.#processes.spaceOf(thread);
    const call: TracedCall = { kind: 'call', time: 0, thread, name: mappedBefore, args: [], result: 0 };
    for (const { start, end, prot, isShared: shared, path, offset } of existing) {
      const memory = this.#existingMemory(space, path, shared);
      const at = isShared(memory) ? offset : start;
      const view = { start, end, prot, isGuarded: false, isInherited: false, memory, offset: at, space };
      space.add(view);
      this.#mappings.note(
        view,
        { call, process: space, countedIn: new Set() },
        { name: call.name, length: end - start },
      );
    }
  }

  #existingMemory(space: AddressSpace, path: string, shared: boolean): Memory {
    if (path.startsWith('/')) {
      const isDeleted = path.endsWith(' (deleted)');
      return this.#processes.fileOf(space, { fd: -1, path: path.replace(/ \(deleted\)$/, ''), isDeleted });
    }
    return new Memory(this.#lives, shared ? 'shared memory' : 'private memory');
  }

  event(event: TraceEvent): void {
    this.#firstAt ??= event.time;
    this.#lastAt = Math.max(this.#lastAt, event.time);
    this.#threads.add(event.thread);
    switch (event.kind) {
      case 'start':
        this.#processes.start(event.thread, event.parent, event.flags);
        return;
      case 'end':
        this.#processes.end(event.thread);
        return;
      case 'failed':
        increment(this.#failed, event.name);
        return;
      case 'call':
        increment(this.#calls, event.name);
        this.#call(event);
    }
  }

  /** What was seen. No event may follow. */
  end(): Seen {
    this.#processes.endAll();
    return {
      rows: this.#rows.all(),
      calls: this.#calls,
      failed: this.#failed,
      threads: this.#threads.size,
      firstAt: this.#firstAt ?? 0,
      span: this.#lastAt - (this.#firstAt ?? this.#lastAt),
    };
  }

  #call(call: TracedCall): void {
    const space = this.#processes.spaceOf(call.thread);
    const counted: CountedCall = { call, process: space, countedIn: new Set() };
    const [address = 0, length = 0, third = 0] = call.args;
    const end = this.#mappings.up(address + length);
    switch (call.name) {
      case 'mmap':
        this.#mappings.map(space, counted);
        return;
      case 'munmap':
        this.#mappings.unmap(space, address, end, counted, { name: 'munmap', length: end - address });
        return;
      case 'mprotect':
      case 'pkey_mprotect':
        this.#mappings.protect(space, address, end, third, counted);
        return;
      case 'mremap':
        this.#mappings.move(space, counted);
        return;
      case 'madvise':
        this.#mappings.advise(space, address, end, third, counted);
        return;
      case 'execve':
      case 'execveat':
        this.#processes.renew(call.thread);
        return;
      case 'membarrier':
        if (address === MEMBARRIER.MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE) space.barriers++;
        return;
      default:
        this.#fileCall(space, counted);
    }
  }

  #fileCall(space: AddressSpace, counted: CountedCall): void {
    const { name, args, opened, file, writes = [], thread } = counted.call;
    const [first = 0, second = 0, third = 0, fourth = 0] = args;
    switch (name) {
      case 'memfd_create':
      case 'memfd_secret':
        this.#made(space, counted.call, opened?.path ?? '/memfd:', (second & MFD.MFD_HUGETLB) !== 0);
        return;
      case 'open':
      case 'openat': {
        const flags = name === 'open' ? second : third;
        const isOwn = (flags & (OPEN.O_CREAT | OPEN.O_RDWR | OPEN.O_WRONLY)) !== 0;
        const path = opened?.path ?? '';
        const isNew = path === '' || (flags & OPEN.O_EXCL) !== 0;
        const memory =
          (isNew ? undefined : this.#processes.named(path)) ?? new Memory(this.#lives, backingOf(path), path);
        memory.isOwn ||= isOwn;
        this.#processes.open(space, counted.call.result, { path, memory });
        return;
      }
      case 'fcntl':
        if (second === FCNTL.F_ADD_SEALS && file !== undefined)
          this.#processes.fileOf(space, file).traits.add('a sealed file');
        return;
      case 'pwrite64':
        this.#mappings.writeFile(space, counted, fourth, third);
        return;
      case 'process_vm_writev':
        for (const { start, length } of writes)
          this.#mappings.write(
            first === thread ? space : this.#processes.spaceOf(first),
            start,
            length,
            counted,
            name,
          );
        return;
      case 'ioctl':
        if (second === UFFDIO.UFFDIO_COPY || second === UFFDIO.UFFDIO_MOVE)
          for (const { start, length } of writes)
            this.#mappings.write(space, start, length, counted, 'ioctl UFFDIO_COPY');
    }
  }

  #made(space: AddressSpace, { result }: TracedCall, path: string, isHuge: boolean): void {
    const memory = new Memory(this.#lives, backingOf(path), path, true);
    if (isHuge) memory.traits.add('huge pages of the pool');
    this.#processes.open(space, result, { path, memory });
  }
}

function increment(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
