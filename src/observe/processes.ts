import { AddressSpace, type View } from './address-space.ts';
import { Memory, type TrackKeeper } from './memory.ts';
import { CLONE_VM, type FileReference } from './trace-event.ts';

/** A file as a descriptor of a process stands for it. */
export interface OpenFile {
  path: string;
  readonly memory: Memory;
}

/** The address spaces of all threads, and the files that they have open. */
export class Processes {
  readonly #spaces = new Map<number, AddressSpace>();
  /** By address space and descriptor. */
  readonly #files = new Map<AddressSpace, Map<number, OpenFile>>();
  /** The files that were opened last by these paths, or that the trace has not seen open. */
  readonly #byPath = new Map<string, Memory>();
  readonly #keeper: TrackKeeper;
  /** The space of threads that nobody was seen to start. */
  readonly #first = new AddressSpace();

  constructor(keeper: TrackKeeper) {
    this.#keeper = keeper;
  }

  spaceOf(thread: number): AddressSpace {
    const found = this.#spaces.get(thread);
    if (found !== undefined) return found;
    this.#spaces.set(thread, this.#first);
    this.#first.threads.add(thread);
    return this.#first;
  }

  /** A thread begins: in its parent's space, or in a copy of it. */
  start(thread: number, parent: number, flags: number): void {
    const origin = this.spaceOf(parent);
    const space = (flags & CLONE_VM) !== 0 ? origin : this.#copy(origin);
    space.threads.add(thread);
    this.#spaces.set(thread, space);
  }

  /** A thread has a new, empty space: execve(2). */
  renew(thread: number): void {
    this.end(thread);
    const space = new AddressSpace();
    space.threads.add(thread);
    this.#spaces.set(thread, space);
  }

  end(thread: number): void {
    const space = this.spaceOf(thread);
    space.threads.delete(thread);
    this.#spaces.delete(thread);
    if (space.threads.size === 0) this.#forget(space);
  }

  /** What is left of all processes has ended, too. */
  endAll(): void {
    const memories = new Set<Memory>(this.#byPath.values());
    for (const space of new Set([this.#first, ...this.#spaces.values()]))
      for (const { memory } of space.views) memories.add(memory);
    for (const files of this.#files.values()) for (const { memory } of files.values()) memories.add(memory);
    for (const memory of memories) memory.endAll();
  }

  /**
   * A descriptor stands for a new file; what it stood for before will not be seen again if nothing maps it.
   */
  open(space: AddressSpace, fd: number, file: OpenFile): void {
    const files = this.#filesOf(space);
    const before = files.get(fd)?.memory;
    // What has a name may be opened again, as long as no other file has it.
    const isNamed =
      before !== undefined && before.path !== file.path && this.#byPath.get(before.path) === before;
    if (before?.isMapped === false && before !== file.memory && !isNamed) before.endAll();
    files.set(fd, file);
    // Each memfd is another, whatever its name; one may be opened again by /proc/self/fd.
    if (file.path !== '') this.#byPath.set(file.path, file.memory);
  }

  /** The file that was last opened by a path. */
  named(path: string): Memory | undefined {
    return this.#byPath.get(path);
  }

  /** The file behind a descriptor. One that was opened unseen is known by its path. */
  fileOf(space: AddressSpace, { fd, path, isDeleted }: FileReference): Memory {
    const files = this.#filesOf(space);
    const known = files.get(fd);
    if (known !== undefined && (path === '' || known.path === path)) return known.memory;
    if (known !== undefined && (known.path === '' || known.path === unnamedMemfd))
      return identified(known, path, isDeleted);
    const other = [...files.values()].findLast((each) => each.path === path);
    if (path !== '' && other !== undefined) return other.memory;
    const found = this.#byPath.get(path);
    if (found !== undefined) return found;
    const made = new Memory(this.#keeper, backingOf(path), path, isDeleted || path.startsWith('/memfd:'));
    this.#byPath.set(path, made);
    return made;
  }

  #filesOf(space: AddressSpace): Map<number, OpenFile> {
    const found = this.#files.get(space);
    if (found !== undefined) return found;
    const made = new Map<number, OpenFile>();
    this.#files.set(space, made);
    return made;
  }

  /** As fork(2) does: shared memory is the same, private memory is from now on another. */
  #copy(origin: AddressSpace): AddressSpace {
    const space = new AddressSpace();
    const copies = new Map<Memory, Memory>();
    for (const view of origin.views) {
      const memory = isShared(view.memory) ? view.memory : this.#copyOf(view.memory, copies);
      space.add({ ...view, memory, space, isInherited: true });
    }
    this.#files.set(space, new Map(this.#filesOf(origin)));
    return space;
  }

  #copyOf(memory: Memory, copies: Map<Memory, Memory>): Memory {
    const found = copies.get(memory);
    if (found !== undefined) return found;
    const copy = new Memory(this.#keeper, memory.backing, memory.path, memory.isOwn);
    for (const trait of memory.traits) copy.traits.add(trait);
    copies.set(memory, copy);
    return copy;
  }

  #forget(space: AddressSpace): void {
    const views: readonly View[] = [...space.views];
    const ended = new Set<Memory>();
    for (const { memory } of views) {
      if (memory.isOnlyIn(space) && !this.#isOpenElsewhere(memory, space)) ended.add(memory);
    }
    for (const { memory } of this.#filesOf(space).values())
      if (memory.isOnlyIn(space) && !this.#isOpenElsewhere(memory, space)) ended.add(memory);
    // Before the views go: the state at the end is that of the program's last call.
    for (const memory of ended) memory.endAll();
    space.remove(space.within(0, Number.MAX_SAFE_INTEGER));
    this.#files.delete(space);
  }

  #isOpenElsewhere(memory: Memory, space: AddressSpace): boolean {
    return [...this.#files].some(
      ([other, files]) => other !== space && [...files.values()].some((file) => file.memory === memory),
    );
  }
}

/** A memfd whose name a tracer does not tell where it is made. */
const unnamedMemfd = '/memfd:';

/** A file that was opened without a path known, and whose path is told later. */
function identified(file: OpenFile, path: string, isDeleted: boolean): Memory {
  const { memory } = file;
  file.path = path;
  memory.path = path;
  memory.backing = backingOf(path);
  memory.isOwn ||= isDeleted;
  return memory;
}

/** Whether what one process writes others see. */
export function isShared({ backing }: Memory): boolean {
  return backing !== 'private memory' && backing !== 'private copy of a file' && backing !== 'unknown memory';
}

/** What kind of file a path is of. */
export function backingOf(path: string): Memory['backing'] {
  if (path.startsWith('/memfd:')) return 'memfd';
  if (path.startsWith('/dev/zero')) return 'shared memory';
  const isUnnamed = /\/#\d+$/.test(path);
  if (path.startsWith('/dev/shm/'))
    return isUnnamed ? 'unnamed file in shared memory' : 'shared memory object';
  return isUnnamed ? 'unnamed file' : 'file';
}
