import { MADV, MAP, MREMAP } from '../system/constants.ts';
import type { AddressSpace, View } from './address-space.ts';
import {
  type Backing,
  type CountedCall,
  Memory,
  type Noted,
  type TrackKeeper,
  type Trait,
} from './memory.ts';
import { isShared, type Processes } from './processes.ts';

/** What calls do to mappings, and to what is behind them. */
export class MappingCalls {
  readonly #keeper: TrackKeeper;
  readonly #processes: Processes;
  readonly #pageSize: number;

  /** `pageSize` in bytes. */
  constructor(keeper: TrackKeeper, processes: Processes, pageSize: number) {
    this.#keeper = keeper;
    this.#processes = processes;
    this.#pageSize = pageSize;
  }

  map(space: AddressSpace, counted: CountedCall): void {
    const { args, result, file } = counted.call;
    const [, asked = 0, prot = 0, flags = 0, , offset = 0] = args;
    const length = this.up(asked);
    const isOver = this.unmap(space, result, result + length, counted, { name: 'mmap over', length });
    const isPrivate = (flags & 3) === MAP.MAP_PRIVATE;
    const isFile = file !== undefined && (flags & MAP.MAP_ANONYMOUS) === 0;
    const memory = isFile
      ? this.#mappedFile(this.#processes.fileOf(space, file), isPrivate, (prot & 2) !== 0)
      : new Memory(this.#keeper, isPrivate ? 'private memory' : 'shared memory');
    for (const [flag, trait] of mapTraits) if ((flags & flag) !== 0) memory.traits.add(trait);
    const at = isFile && memory.backing !== 'private copy of a file' ? offset : result;
    const view = {
      ...{ start: result, end: result + length, prot, isGuarded: false, isInherited: false },
      ...{ memory, offset: at, space },
    };
    space.add(view);
    this.note(view, counted, { name: isOver ? 'mmap over' : 'mmap', length });
  }

  /** A private mapping that can be written has pages of its own, one that cannot shows those of the file. */
  #mappedFile(file: Memory, isPrivate: boolean, isWritable: boolean): Memory {
    if (isPrivate && isWritable) {
      const copy: Backing = 'private copy of a file';
      return new Memory(this.#keeper, copy, file.path, file.isOwn);
    }
    if (isPrivate && file.isOwn) file.traits.add('mapped privately');
    return file;
  }

  /** Returns whether something was mapped there. */
  unmap(space: AddressSpace, start: number, end: number, counted: CountedCall, what: Noted): boolean {
    const views = space.within(start, end);
    space.remove(views);
    for (const view of views) {
      if (view.isInherited) continue;
      this.note(view, counted, what);
      const { memory, offset } = view;
      if (!isShared(memory)) memory.end(offset, offset + (view.end - view.start), true);
      else if (memory.backing === 'shared memory' && !memory.isMapped) memory.endAll();
    }
    return views.length > 0;
  }

  protect(space: AddressSpace, start: number, end: number, prot: number, counted: CountedCall): void {
    const { name, args } = counted.call;
    const key = name === 'pkey_mprotect' ? (args[3] ?? -1) : -1;
    this.#know(space, start, end);
    for (const view of space.within(start, end)) {
      view.isInherited = false;
      view.prot = prot;
      if (key > 0) view.memory.traits.add('a protection key');
      this.note(view, counted, { name, length: end - start });
    }
    space.join(start, end);
  }

  /** What the kernel mapped, as it does the program itself, becomes known when it is first changed. */
  #know(space: AddressSpace, start: number, end: number): void {
    let at = start;
    for (const view of [...space.within(start, end), undefined]) {
      const until = view?.start ?? end;
      if (until > at) {
        const memory = new Memory(this.#keeper, 'unknown memory');
        const range = { start: at, end: until, prot: 0, isGuarded: false, isInherited: false };
        space.add({ ...range, memory, offset: at, space });
      }
      at = view?.end ?? end;
    }
  }

  move(space: AddressSpace, counted: CountedCall): void {
    const { args, result } = counted.call;
    const [from = 0, before = 0, after = 0, flags = 0] = args;
    const [oldEnd, length] = [this.up(from + before), this.up(after)];
    const isFixed = (flags & MREMAP.MREMAP_FIXED) !== 0;
    // Of no length: shared memory is mapped once more.
    const sources = space.within(from, before === 0 ? from + length : oldEnd);
    if (before > 0 && (flags & MREMAP.MREMAP_DONTUNMAP) === 0) space.remove(sources);
    if (isFixed) this.unmap(space, result, result + length, counted, { name: 'mremap over', length });
    for (const view of sources) {
      const start = result + (view.start - from);
      const isLast = view === sources.at(-1);
      const end = isLast ? result + length : start + (view.end - view.start);
      const made = { ...view, start, end, isInherited: false };
      space.add(made);
      this.note(made, counted, { name: 'mremap', length });
    }
  }

  advise(space: AddressSpace, start: number, end: number, advice: number, counted: CountedCall): void {
    const trait = adviceTraits.get(advice);
    const name = notedAdvice.get(advice);
    if (trait === undefined && name === undefined) return;
    for (const view of space.within(start, end)) {
      if (trait !== undefined) view.memory.traits.add(trait);
      if (advice === MADV.MADV_GUARD_INSTALL) view.isGuarded = true;
      if (advice === MADV.MADV_GUARD_REMOVE) view.isGuarded = false;
      if (name !== undefined) this.note(view, counted, { name: `madvise ${name}`, length: end - start });
    }
  }

  /** pwrite(2): into the memory of a process, or into a file. */
  writeFile(space: AddressSpace, counted: CountedCall, offset: number, length: number): void {
    const { file } = counted.call;
    if (file === undefined) return;
    // Where a tracer tells no path: an offset that is an address is one.
    const isAddress = file.path === '' && space.within(this.#down(offset), this.up(offset + 1)).length > 0;
    const isMemory = isAddress || /^\/proc\/(self|thread-self|\d+)(\/task\/\d+)?\/mem$/.test(file.path);
    if (isMemory) {
      this.write(space, offset, length, counted, 'pwrite64 /proc/self/mem');
      return;
    }
    const memory = this.#processes.fileOf(space, file);
    memory.isOwn = true;
    const [start, end] = [this.#down(offset), this.up(offset + length)];
    memory.note(start, end, counted, { name: 'pwrite64', length, writes: true });
  }

  write(space: AddressSpace, start: number, length: number, counted: CountedCall, name: string): void {
    for (const view of space.within(this.#down(start), this.up(start + length)))
      this.note(view, counted, { name, length, writes: true });
  }

  note({ start, end, offset, memory }: View, counted: CountedCall, what: Noted): void {
    memory.note(offset, offset + (end - start), counted, what);
  }

  up(bytes: number): number {
    return Math.ceil(bytes / this.#pageSize) * this.#pageSize;
  }

  #down(bytes: number): number {
    return Math.floor(bytes / this.#pageSize) * this.#pageSize;
  }
}

const mapTraits: readonly (readonly [flag: number, trait: Trait])[] = [
  [MAP.MAP_HUGETLB, 'huge pages of the pool'],
  [MAP.MAP_LOCKED, 'locked'],
  [MAP.MAP_POPULATE, 'populated'],
];

const adviceTraits: ReadonlyMap<number, Trait> = new Map([
  [MADV.MADV_HUGEPAGE, 'transparent huge pages asked for'],
  [MADV.MADV_COLLAPSE, 'transparent huge pages collapsed'],
]);

/** Advice that changes what is in pages, or what may be done with them. */
const notedAdvice: ReadonlyMap<number, string> = new Map([
  [MADV.MADV_DONTNEED, 'MADV_DONTNEED'],
  [8, 'MADV_FREE'],
  [9, 'MADV_REMOVE'],
  [MADV.MADV_GUARD_INSTALL, 'MADV_GUARD_INSTALL'],
  [MADV.MADV_GUARD_REMOVE, 'MADV_GUARD_REMOVE'],
]);
