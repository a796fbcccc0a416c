import { AT_FDCWD, FCNTL, MAP, MEMBARRIER, MREMAP, PKEY, PROT, UFFD } from '../system/constants.ts';
import type {
  Argument,
  CallName,
  FileDescriptor,
  FlushInstruction,
  Mapping,
  ModuleSize,
  Part,
  Place,
  Program,
  ProtectionKey,
  Value,
} from './ir.ts';
import {
  address,
  bytes,
  flags,
  ProgramError,
  type RecordedStep,
  Recording,
  reference,
  releaseOf,
} from './recording.ts';

export { ProgramError };

// The article's words for the flags; strategies combine them with `|`.
export const NONE = PROT.PROT_NONE;
export const READ = PROT.PROT_READ;
export const WRITE = PROT.PROT_WRITE;
export const EXEC = PROT.PROT_EXEC;
/** AArch64 alone: what is called in the mapping must begin with a landing pad, and does. */
export const BTI = PROT.PROT_BTI;
export const PRIVATE = MAP.MAP_PRIVATE;
export const SHARED = MAP.MAP_SHARED;
export const ANONYMOUS = MAP.MAP_ANONYMOUS;
export const LOCKED = MAP.MAP_LOCKED;
export const NORESERVE = MAP.MAP_NORESERVE;
export const POPULATE = MAP.MAP_POPULATE;
export const HUGETLB = MAP.MAP_HUGETLB;
export const HUGE_2MB = MAP.MAP_HUGE_2MB;

/** Bytes of a huge page. */
export const hugePage = 2 * 1024 * 1024;

/** Arguments of mmap that are not its place. */
export interface MapOptions {
  readonly prot: number;
  readonly flags: number;
  /** The file to map; none for MAP_ANONYMOUS. */
  readonly fd?: FileDescriptor;
  /** Bytes from the file's begin; default 0. */
  readonly offset?: number;
}

/** Arguments of mmap. */
export interface MmapOptions extends MapOptions {
  /** What the mapping is called in listings; default `map`. */
  readonly name?: string;
  /** Bytes, a multiple of the page size of what is mapped. */
  readonly length: number;
  /** What is in it; default `module`. */
  readonly holds?: Mapping['holds'];
  /** What the address must be a multiple of, in bytes; default the page size of what is mapped. */
  readonly align?: number;
}

/** What a strategy may record in its setup as well as in its iteration. */
export interface StepRecorder {
  mmap(options: MmapOptions): Mapping;
  /** mmap with MAP_FIXED in the place of what is there. */
  mmapOver(place: Place, options: MapOptions): void;
  mprotect(place: Place, prot: number): void;
  munmap(mapping: Mapping): void;
  madvise(place: Place, advice: number): void;
  /** Moves a mapping over another one of the same length, which it replaces. `from` is gone then. */
  moveOver(from: Mapping, to: Mapping): void;
  /**
   * Moves a mapping's pages over another mapping of the same length; `from` stays mapped, empty
   * (MREMAP_DONTUNMAP).
   */
  moveOverAndKeep(from: Mapping, to: Mapping): void;
  memfdCreate(name: string, flags: number): FileDescriptor;
  ftruncate(fd: FileDescriptor, length: number): void;
  close(fd: FileDescriptor): void;
  addSeals(fd: FileDescriptor, seals: number): void;
  /** Registration is needed once before `MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE`. */
  membarrier(command: number): void;
  /** Writes the workload's code into the module, through a writable place. */
  writeModule(into: Place): void;
  /** Writes the workload's code with pwrite(2); `at` is the place whose address is its offset in the file. */
  pwriteModule(fd: FileDescriptor, at?: Place): void;
}

/** What a strategy may record in its setup. */
export interface SetupRecorder extends StepRecorder {
  /** `%d` in the name stands for the process id. */
  shmOpen(name: string, flags: number, mode: number): FileDescriptor;
  shmUnlink(name: string): void;
  open(path: string, flags: number, mode: number): FileDescriptor;
  /** A second mapping of the pages of a shared one: mremap(2) with an old length of 0. */
  duplicate(mapping: Mapping, name: string): Mapping;
  /** mseal(2): the mapping cannot be changed until the process ends. */
  mseal(mapping: Mapping): void;
  /** `rights` are taken from the calling thread until `pkeySet`; default PKEY_DISABLE_WRITE. */
  pkeyAlloc(rights?: number): ProtectionKey;
  pkeyMprotect(place: Place, prot: number, key: ProtectionKey): void;
  userfaultfd(): FileDescriptor;
  memfdSecret(): FileDescriptor;
  /**
   * Gives a shared mapping another protection; the kernel takes none but PROT_NONE, which changes nothing.
   */
  remapFilePages(mapping: Mapping, prot: number): void;
  /** Writes from this process into itself; the two structures are `struct iovec`. */
  processVmWritev(local: Mapping, remote: Mapping): void;
  ioctl(fd: FileDescriptor, request: number, structure: Mapping): void;
  /** Stores a 64-bit word, or an address, at an offset in bytes. */
  store(into: Mapping, offset: number, word: number | Place): void;
  /**
   * The program is unavailable unless all of the mapping, once the setup has run, lies in transparent huge
   * pages: the kernel takes MADV_HUGEPAGE and says nothing where it gives small ones.
   */
  requireHugePages(mapping: Mapping): void;
  /** The program is unavailable where MADV_GUARD_INSTALL was taken and a mapping is no guard region. */
  requireGuardRegion(mapping: Mapping): void;
  /** The program is unavailable where the processor has not the instruction. */
  requireInstruction(name: FlushInstruction): void;
  /**
   * Starts a process that maps `length` bytes of the file writable and writes the module into them when asked
   * to.
   */
  startWriter(fd: FileDescriptor, length: number, control: Mapping): void;
  /**
   * Installs a handler of SIGSEGV that loads each page of the inaccessible `code` when it is called first,
   * and runs on `stack`. Then nothing else may write the module.
   */
  handleFaults(code: Place, stack: Mapping): void;
}

/** What a strategy may record in its iteration. */
export interface IterationRecorder extends StepRecorder {
  /** Calls the code of the module, which begins at `module`. */
  executeModule(module: Place): void;
  /** ioctl(2) with a structure that the setup has filled. */
  ioctl(fd: FileDescriptor, request: number, structure: Mapping): void;
  /**
   * Takes rights (PKEY_ bits) to memory that carries the key from the calling thread, and gives it all
   * others.
   */
  pkeySet(key: ProtectionKey, rights: number): void;
  /** Has the writer's process write the module, and waits until it has. */
  askWriter(control: Mapping): void;
  /**
   * Writes back the cache lines that the last load has written, through the mapping in which it runs: x86-64
   * alone, and `requireInstruction` in the setup.
   */
  flushModule(module: Place, instruction: FlushInstruction): void;
  /**
   * Writes links: what differs between loads, for code that stays as it is. They are data in the mapping that
   * the code is in, as many bytes behind it for each page.
   */
  writeLinks(into: Place): void;
  /**
   * Unmaps a mapping of the setup and maps it anew, where the kernel likes: of another part of its file, say.
   */
  remap(mapping: Mapping, options: MapOptions): void;
  /**
   * Unmaps a mapping of the setup and maps it anew at a random address, in the last of every `every`
   * iterations, a power of 2. Its pages are kept by the file.
   */
  remapAtRandom(mapping: Mapping, every: number, options: MapOptions): void;
  /**
   * Moves a mapping of the setup with its page tables to a random free place, in the last of every `every`
   * iterations.
   */
  moveAtRandom(mapping: Mapping, every: number): void;
}

/** What a strategy's `define` is given. */
export interface DefineContext extends ModuleSize {
  readonly setup: SetupRecorder;
  readonly iterate: IterationRecorder;
  /** Bytes of the module: pages × page size. */
  readonly size: number;
  /** `bytes` rounded up to a multiple of `unit`. */
  roundUp(bytes: number, unit: number): number;
  /** A range of a mapping; offset and length in bytes. */
  part(of: Mapping, offset: number, length: number): Part;
}

/**
 * Records the program of `define` for a module of the given size. Throws a ProgramError where it cannot be
 * one.
 */
export function buildProgram(
  strategy: string,
  module: ModuleSize,
  define: (context: DefineContext) => void,
): Program {
  const recording = new Recording(strategy, module);
  define({
    setup: new Recorder(recording, recording.setup),
    iterate: new Recorder(recording, recording.iteration),
    ...module,
    size: module.pages * module.pageSize,
    roundUp: (amount, unit) => Math.ceil(amount / unit) * unit,
    part: (of, offset, length) => {
      if (offset < 0 || length <= 0 || offset + length > of.length)
        recording.fail(`${of.name} has no part from byte ${offset} to ${offset + length}`);
      return { kind: 'part', of, offset, length };
    },
  });
  return recording.finish();
}

/** Turns method calls into steps of one section of a recording. */
class Recorder implements SetupRecorder, IterationRecorder {
  readonly #recording: Recording;
  readonly #section: RecordedStep[];

  constructor(recording: Recording, section: RecordedStep[]) {
    this.#recording = recording;
    this.#section = section;
  }

  #call(call: CallName, args: readonly Argument[], result?: Value): void {
    this.#section.push({ kind: 'call', call, args, ...(result && { result }) });
  }

  #rarely(every: number, call: CallName, args: readonly Argument[], result?: Value): void {
    if (every < 2 || !Number.isInteger(Math.log2(every)))
      this.#recording.fail(`every ${every} iterations: it must be a power of 2, 2 or more`);
    this.#section.push({ kind: 'call', call, args, ...(result && { result }), every });
  }

  #fd(name: string, about: Pick<FileDescriptor, 'pageSize' | 'path'> = {}): FileDescriptor {
    const unused = this.#recording.unusedName(name);
    return this.#recording.create(this.#section, (slot) => ({ kind: 'fd', name: unused, slot, ...about }));
  }

  #mapping(name: string, length: number, holds: Mapping['holds'], file?: FileDescriptor): Mapping {
    const unused = this.#recording.unusedName(name);
    return this.#recording.create(this.#section, (slot) => ({
      kind: 'mapping',
      name: unused,
      slot,
      length,
      holds,
      ...(file && { file }),
    }));
  }

  /** The arguments of mmap behind the address. */
  #mmapArguments(length: number, { prot, flags: mapFlags, fd, offset = 0 }: MapOptions): Argument[] {
    const file: Argument = fd === undefined ? { type: 'noFd' } : reference(this.#recording.use(fd));
    return [bytes(length), flags('prot', prot), flags('map', mapFlags), file, bytes(offset)];
  }

  mmap(options: MmapOptions): Mapping {
    const { name = 'map', length, holds = 'module', flags: mapFlags, fd } = options;
    const pageUnit = (mapFlags & HUGETLB) !== 0 ? hugePage : (fd?.pageSize ?? 0);
    const args = this.#mmapArguments(length, options);
    const result = this.#mapping(name, length, holds, fd);
    const place: Argument =
      options.align === undefined
        ? { type: 'address', unit: pageUnit }
        : { type: 'address', unit: options.align, isChosen: true };
    this.#call('mmap', [place, ...args], result);
    return result;
  }

  mmapOver(place: Place, options: MapOptions): void {
    const fixed = { ...options, flags: options.flags | MAP.MAP_FIXED };
    this.#call('mmap', [
      address(this.#recording.usePlace(place)),
      ...this.#mmapArguments(place.length, fixed),
    ]);
  }

  mprotect(place: Place, prot: number): void {
    this.#call('mprotect', [
      address(this.#recording.usePlace(place)),
      bytes(place.length),
      flags('prot', prot),
    ]);
  }

  munmap(mapping: Mapping): void {
    this.#release(mapping);
  }

  madvise(place: Place, advice: number): void {
    this.#call('madvise', [
      address(this.#recording.usePlace(place)),
      bytes(place.length),
      flags('advice', advice),
    ]);
  }

  moveOver(from: Mapping, to: Mapping): void {
    this.#move(from, to, MREMAP.MREMAP_MAYMOVE | MREMAP.MREMAP_FIXED);
    this.#recording.release(from, this.#section);
  }

  moveOverAndKeep(from: Mapping, to: Mapping): void {
    this.#move(from, to, MREMAP.MREMAP_MAYMOVE | MREMAP.MREMAP_FIXED | MREMAP.MREMAP_DONTUNMAP);
  }

  #move(from: Mapping, to: Mapping, how: number): void {
    const length = bytes(from.length);
    if (from.length !== to.length)
      this.#recording.fail(`${from.name} and ${to.name} are not of the same length`);
    const [source, target] = [from, to].map((each) => reference(this.#recording.use(each)));
    if (source && target) this.#call('mremap', [source, length, length, flags('mremap', how), target]);
  }

  duplicate(mapping: Mapping, name: string): Mapping {
    const own = reference(this.#recording.use(mapping));
    const result = this.#mapping(name, mapping.length, mapping.holds, mapping.file);
    const how = flags('mremap', MREMAP.MREMAP_MAYMOVE);
    this.#call('mremap', [own, bytes(0), bytes(mapping.length), how, { type: 'anywhere' }], result);
    return result;
  }

  mseal(mapping: Mapping): void {
    this.#call('mseal', [reference(this.#recording.use(mapping)), bytes(mapping.length), bytes(0)]);
    this.#recording.seal(mapping);
  }

  remap(mapping: Mapping, options: MapOptions): void {
    const { length } = mapping;
    this.#call('munmap', [reference(this.#recording.use(mapping)), bytes(length)]);
    this.#call('mmap', [{ type: 'anywhere' }, ...this.#mmapArguments(length, options)], mapping);
  }

  remapAtRandom(mapping: Mapping, every: number, options: MapOptions): void {
    const { length } = mapping;
    this.#rarely(every, 'munmap', [reference(this.#recording.use(mapping)), bytes(length)]);
    this.#rarely(
      every,
      'mmap',
      [this.#recording.randomAddress(), ...this.#mmapArguments(length, options)],
      mapping,
    );
  }

  moveAtRandom(mapping: Mapping, every: number): void {
    const length = bytes(mapping.length);
    const own = reference(this.#recording.use(mapping));
    const place = this.#mapping('place', mapping.length, mapping.holds);
    const reservation = this.#mmapArguments(mapping.length, {
      prot: NONE,
      flags: PRIVATE | ANONYMOUS | NORESERVE,
    });
    this.#rarely(every, 'mmap', [this.#recording.randomAddress(), ...reservation], place);
    // The place is known to be free: it is this program's own reservation that the move replaces.
    const how = flags('mremap', MREMAP.MREMAP_MAYMOVE | MREMAP.MREMAP_FIXED);
    this.#rarely(every, 'mremap', [own, length, length, how, reference(place)], mapping);
    this.#recording.release(place, this.#section);
  }

  memfdCreate(name: string, memfdFlags: number): FileDescriptor {
    const isHuge = (memfdFlags & 4) !== 0;
    const result = this.#fd('fd', isHuge ? { pageSize: hugePage } : {});
    this.#call('memfd_create', [{ type: 'string', value: name }, flags('memfd', memfdFlags)], result);
    return result;
  }

  shmOpen(name: string, openFlags: number, mode: number): FileDescriptor {
    const args: Argument[] = [{ type: 'string', value: name }, flags('open', openFlags), flags('mode', mode)];
    const result = this.#fd('fd', { path: '/dev/shm' });
    this.#call('shm_open', args, result);
    return result;
  }

  shmUnlink(name: string): void {
    this.#call('shm_unlink', [{ type: 'string', value: name }]);
  }

  open(path: string, openFlags: number, mode: number): FileDescriptor {
    const args: Argument[] = [
      flags('directory', AT_FDCWD),
      { type: 'string', value: path },
      flags('open', openFlags),
      flags('mode', mode),
    ];
    const result = this.#fd('fd', { path });
    this.#call('openat', args, result);
    return result;
  }

  ftruncate(fd: FileDescriptor, length: number): void {
    this.#call('ftruncate', [reference(this.#recording.use(fd)), bytes(length)]);
  }

  addSeals(fd: FileDescriptor, seals: number): void {
    this.#call('fcntl', [
      reference(this.#recording.use(fd)),
      flags('fcntl', FCNTL.F_ADD_SEALS),
      flags('seals', seals),
    ]);
  }

  close(fd: FileDescriptor): void {
    this.#release(fd);
  }

  #release(value: Value): void {
    this.#recording.release(value, this.#section);
    for (const { call, args } of releaseOf(value)) this.#call(call, args);
  }

  pkeyAlloc(rights: number = PKEY.PKEY_DISABLE_WRITE): ProtectionKey {
    const name = this.#recording.unusedName('key');
    const result = this.#recording.create(
      this.#section,
      (slot): ProtectionKey => ({ kind: 'key', name, slot }),
    );
    this.#call('pkey_alloc', [bytes(0), flags('rights', rights)], result);
    return result;
  }

  pkeyMprotect(place: Place, prot: number, key: ProtectionKey): void {
    this.#call('pkey_mprotect', [
      address(this.#recording.usePlace(place)),
      bytes(place.length),
      flags('prot', prot),
      reference(this.#recording.use(key)),
    ]);
  }

  pkeySet(key: ProtectionKey, rights: number): void {
    this.#section.push({ kind: 'pkey_set', key: this.#recording.use(key), rights });
  }

  membarrier(command: number): void {
    this.#call('membarrier', [flags('membarrier', command), bytes(0), bytes(0)]);
  }

  userfaultfd(): FileDescriptor {
    const result = this.#fd('faults');
    this.#call('userfaultfd', [flags('userfaultfd', UFFD.O_CLOEXEC | UFFD.UFFD_USER_MODE_ONLY)], result);
    return result;
  }

  memfdSecret(): FileDescriptor {
    const result = this.#fd('fd');
    this.#call('memfd_secret', [bytes(0)], result);
    return result;
  }

  remapFilePages(mapping: Mapping, prot: number): void {
    const own = reference(this.#recording.use(mapping));
    this.#call('remap_file_pages', [own, bytes(mapping.length), flags('prot', prot), bytes(0), bytes(0)]);
  }

  processVmWritev(local: Mapping, remote: Mapping): void {
    const [from, to] = [local, remote].map((each) => reference(this.#recording.use(each)));
    if (from && to)
      this.#call('process_vm_writev', [{ type: 'ownPid' }, from, bytes(1), to, bytes(1), bytes(0)]);
  }

  ioctl(fd: FileDescriptor, request: number, structure: Mapping): void {
    this.#call('ioctl', [
      reference(this.#recording.use(fd)),
      flags('request', request),
      reference(this.#recording.use(structure)),
    ]);
  }

  store(into: Mapping, offset: number, word: number | Place): void {
    const value = typeof word === 'number' ? bytes(word) : address(this.#recording.usePlace(word));
    this.#section.push({ kind: 'store', into: this.#recording.use(into), offset, word: value });
  }

  requireHugePages(mapping: Mapping): void {
    this.#section.push({ kind: 'require', what: { kind: 'huge pages', of: this.#recording.use(mapping) } });
  }

  requireGuardRegion(mapping: Mapping): void {
    this.#section.push({ kind: 'require', what: { kind: 'guard region', of: this.#recording.use(mapping) } });
  }

  startWriter(fd: FileDescriptor, length: number, control: Mapping): void {
    const name = this.#recording.unusedName('writer');
    this.#recording.use(fd);
    this.#recording.use(control);
    const result = this.#recording.create(this.#section, (slot) => ({
      kind: 'process' as const,
      name,
      slot,
    }));
    this.#section.push({ kind: 'start_writer', fd, length, control, result });
  }

  handleFaults(code: Place, stack: Mapping): void {
    const name = this.#recording.unusedName('handler');
    this.#recording.usePlace(code);
    this.#recording.use(stack);
    const result = this.#recording.create(this.#section, (slot) => ({
      kind: 'handler' as const,
      name,
      slot,
    }));
    this.#section.push({ kind: 'handle_faults', code, stack, result });
  }

  askWriter(control: Mapping): void {
    this.#section.push({ kind: 'ask_writer', control: this.#recording.use(control) });
  }

  writeModule(into: Place): void {
    this.#section.push({ kind: 'write_module', into: this.#recording.usePlace(into) });
  }

  requireInstruction(name: FlushInstruction): void {
    this.#section.push({ kind: 'require', what: { kind: 'instruction', name } });
  }

  flushModule(module: Place, instruction: FlushInstruction): void {
    this.#section.push({
      kind: 'flush_module',
      module: this.#recording.usePlace(module),
      with: instruction,
    });
  }

  writeLinks(into: Place): void {
    this.#section.push({ kind: 'write_links', into: this.#recording.usePlace(into) });
  }

  pwriteModule(fd: FileDescriptor, at?: Place): void {
    this.#recording.use(fd);
    if (at !== undefined) this.#recording.usePlace(at);
    this.#section.push({
      kind: 'write_module',
      into: { kind: 'file', fd, ...(at && { at }), length: this.#recording.moduleBytes },
    });
  }

  executeModule(module: Place): void {
    this.#section.push({ kind: 'execute_module', module: this.#recording.usePlace(module) });
  }
}

/** Registers the process for the command that makes every thread's instruction stream consistent. */
export const REGISTER_SYNC_CORE = MEMBARRIER.MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE;
export const SYNC_CORE = MEMBARRIER.MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE;
