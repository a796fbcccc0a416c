import { MAP, MREMAP, PROT } from '../system/constants.ts';
import type {
  Argument,
  CallStep,
  FileDescriptor,
  FlagSet,
  IterationCallName,
  IterationStep,
  Mapping,
  ModuleSize,
  Program,
  SetupCallName,
  SetupStep,
  Value,
} from './step.ts';

// The article's words for the flags; strategies combine them with `|`.
export const NONE = PROT.PROT_NONE;
export const READ = PROT.PROT_READ;
export const WRITE = PROT.PROT_WRITE;
export const EXEC = PROT.PROT_EXEC;
export const PRIVATE = MAP.MAP_PRIVATE;
export const SHARED = MAP.MAP_SHARED;
export const ANONYMOUS = MAP.MAP_ANONYMOUS;
export const LOCKED = MAP.MAP_LOCKED;
export const NORESERVE = MAP.MAP_NORESERVE;
export const HUGETLB = MAP.MAP_HUGETLB;
export const HUGE_2MB = MAP.MAP_HUGE_2MB;

/** Arguments of mmap. */
export interface MmapOptions {
  /** What the mapping is called in listings; default `map`. */
  readonly name?: string;
  /** Bytes, a multiple of the page size of what is mapped. */
  readonly length: number;
  readonly prot: number;
  readonly flags: number;
  /** The file to map from offset 0; none for MAP_ANONYMOUS. */
  readonly fd?: FileDescriptor;
}

/** What a strategy may record in its setup as well as in its iteration. */
export interface StepRecorder {
  mmap(options: MmapOptions): Mapping;
  mprotect(mapping: Mapping, prot: number): void;
  munmap(mapping: Mapping): void;
  memfdCreate(name: string, flags: number): FileDescriptor;
  ftruncate(fd: FileDescriptor, length: number): void;
  close(fd: FileDescriptor): void;
}

/** What a strategy may record in its setup. */
export interface SetupRecorder extends StepRecorder {
  /** `%d` in the name stands for the process id. */
  shmOpen(name: string, flags: number, mode: number): FileDescriptor;
  shmUnlink(name: string): void;
}

/** What a strategy may record in its iteration. */
export interface IterationRecorder extends StepRecorder {
  /** Writes the workload's code at every page start of the module, through `mapping`. */
  writeModule(mapping: Mapping): void;
  /** Calls every page start of the module once, through `mapping`. */
  executeModule(mapping: Mapping): void;
  /**
   * Unmaps a mapping of the setup and maps it anew at a random address, in the last of every `every` iterations, a power
   * of 2. Its pages are kept by the file.
   */
  remapAtRandom(mapping: Mapping, every: number, options: Omit<MmapOptions, 'name' | 'length'>): void;
  /** Moves a mapping of the setup with its page tables to a random free place, in the last of every `every` iterations. */
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
}

/** A strategy's `define` that cannot be a program: a leak in the iteration, a use after release. */
export class ProgramError extends Error {}

/** Records the program of `define` for a module of the given size. */
export function buildProgram(
  strategy: string,
  module: ModuleSize,
  define: (context: DefineContext) => void,
): Program {
  const recording = new Recording(strategy);
  const setup = new Recorder(recording, recording.setup);
  const iterate = new Recorder(recording, recording.iteration);
  define({
    setup,
    iterate,
    ...module,
    size: module.pages * module.pageSize,
    roundUp: (bytes, unit) => Math.ceil(bytes / unit) * unit,
  });
  return recording.finish(module);
}

interface LiveValue {
  readonly value: Value;
  readonly section: readonly unknown[];
}

type Unnumbered<T> = T extends unknown ? Omit<T, 'number'> : never;

/** The state of one recording: the steps so far and the values that are mapped or open. */
class Recording {
  readonly strategy: string;
  readonly setup: Unnumbered<SetupStep>[] = [];
  readonly iteration: Unnumbered<IterationStep>[] = [];
  #values: Value[] = [];
  #live: LiveValue[] = [];

  constructor(strategy: string) {
    this.strategy = strategy;
  }

  fail(message: string): never {
    throw new ProgramError(`${this.strategy}: ${message}`);
  }

  create<V extends Value>(section: readonly unknown[], make: (slot: number) => V): V {
    const value = make(this.#values.length);
    this.#values.push(value);
    this.#live.push({ value, section });
    return value;
  }

  unusedName(wanted: string): string {
    const taken = new Set(this.#values.map((value) => value.name));
    for (let n = 1; ; n++) {
      const name = n === 1 ? wanted : `${wanted}${n}`;
      if (!taken.has(name)) return name;
    }
  }

  use<V extends Value>(value: V): V {
    if (!this.#live.some((live) => live.value === value))
      this.fail(`${value.name} is used after its release`);
    return value;
  }

  release(value: Value, section: readonly unknown[]): void {
    const live = this.#live.find((candidate) => candidate.value === value);
    if (live === undefined) this.fail(`${value.name} is released twice`);
    // What setup made must survive the first iteration, or the second would use it after its release.
    if (live.section !== section) this.fail(`${value.name} is made in setup but released in the iteration`);
    this.#live.splice(this.#live.indexOf(live), 1);
  }

  finish(module: ModuleSize): Program {
    const leaked = this.#live.find((live) => live.section === this.iteration);
    if (leaked !== undefined) this.fail(`${leaked.value.name} is made in every iteration and never released`);
    const teardown = [...this.#live].reverse().map(({ value }) => releaseOf(value));
    let number = 0;
    const numbered = <S extends object>(step: S) => ({ number: ++number, ...step });
    return {
      strategy: this.strategy,
      module,
      setup: this.setup.map(numbered),
      iteration: this.iteration.map(numbered),
      teardown: teardown.map(numbered),
      slots: this.#values.length,
    };
  }
}

const reference = (value: Value): Argument => ({ type: 'value', value });
const bytes = (value: number): Argument => ({ type: 'bytes', value });
const flags = (of: FlagSet, value: number): Argument => ({ type: 'flags', of, value });

function releaseOf(value: Value): Unnumbered<CallStep<'munmap' | 'close'>> {
  return value.kind === 'mapping'
    ? { kind: 'call', call: 'munmap', args: [reference(value), bytes(value.length)] }
    : { kind: 'call', call: 'close', args: [reference(value)] };
}

/** Turns method calls into steps of one section of a recording. */
class Recorder implements SetupRecorder, IterationRecorder {
  readonly #recording: Recording;
  readonly #section: unknown[];

  constructor(recording: Recording, section: unknown[]) {
    this.#recording = recording;
    this.#section = section;
  }

  #call(call: SetupCallName | IterationCallName, args: readonly Argument[], result?: Value): void {
    this.#section.push({ kind: 'call', call, args, ...(result && { result }) });
  }

  #fd(name: string): FileDescriptor {
    const unused = this.#recording.unusedName(name);
    return this.#recording.create(this.#section, (slot) => ({ kind: 'fd', name: unused, slot }));
  }

  mmap(options: MmapOptions): Mapping {
    const fd: Argument =
      options.fd === undefined ? { type: 'noFd' } : reference(this.#recording.use(options.fd));
    const name = this.#recording.unusedName(options.name ?? 'map');
    const { length } = options;
    const result = this.#recording.create(
      this.#section,
      (slot): Mapping => ({ kind: 'mapping', name, slot, length }),
    );
    const place: Argument = { type: 'address' };
    const args = [
      place,
      bytes(length),
      flags('prot', options.prot),
      flags('map', options.flags),
      fd,
      bytes(0),
    ];
    this.#call('mmap', args, result);
    return result;
  }

  #rarely(
    every: number,
    call: SetupCallName | IterationCallName,
    args: readonly Argument[],
    result?: Value,
  ): void {
    if (every < 2 || !Number.isInteger(Math.log2(every)))
      this.#recording.fail(`every ${every} iterations: it must be a power of 2, 2 or more`);
    this.#section.push({ kind: 'call', call, args, ...(result && { result }), every });
  }

  remapAtRandom(mapping: Mapping, every: number, options: Omit<MmapOptions, 'name' | 'length'>): void {
    const own = reference(this.#recording.use(mapping));
    const fd: Argument =
      options.fd === undefined ? { type: 'noFd' } : reference(this.#recording.use(options.fd));
    const { length } = mapping;
    this.#rarely(every, 'munmap', [own, bytes(length)]);
    this.#rarely(
      every,
      'mmap',
      [
        { type: 'randomAddress' },
        bytes(length),
        flags('prot', options.prot),
        flags('map', options.flags),
        fd,
        bytes(0),
      ],
      mapping,
    );
  }

  moveAtRandom(mapping: Mapping, every: number): void {
    const { length } = mapping;
    const own = reference(this.#recording.use(mapping));
    const name = this.#recording.unusedName('place');
    const place = this.#recording.create(
      this.#section,
      (slot): Mapping => ({ kind: 'mapping', name, slot, length }),
    );
    this.#rarely(
      every,
      'mmap',
      [
        { type: 'randomAddress' },
        bytes(length),
        flags('prot', NONE),
        flags('map', PRIVATE | ANONYMOUS | NORESERVE),
        { type: 'noFd' },
        bytes(0),
      ],
      place,
    );
    // The place is known to be free: it is this program's own reservation that the move replaces.
    this.#rarely(
      every,
      'mremap',
      [
        own,
        bytes(length),
        bytes(length),
        flags('mremap', MREMAP.MREMAP_MAYMOVE | MREMAP.MREMAP_FIXED),
        reference(place),
      ],
      mapping,
    );
    this.#recording.release(place, this.#section);
  }

  mprotect(mapping: Mapping, prot: number): void {
    this.#call('mprotect', [
      reference(this.#recording.use(mapping)),
      bytes(mapping.length),
      flags('prot', prot),
    ]);
  }

  munmap(mapping: Mapping): void {
    this.#recording.release(mapping, this.#section);
    const { call, args } = releaseOf(mapping);
    this.#call(call, args);
  }

  memfdCreate(name: string, memfdFlags: number): FileDescriptor {
    const result = this.#fd('fd');
    this.#call('memfd_create', [{ type: 'string', value: name }, flags('memfd', memfdFlags)], result);
    return result;
  }

  shmOpen(name: string, openFlags: number, mode: number): FileDescriptor {
    const result = this.#fd('fd');
    this.#call(
      'shm_open',
      [{ type: 'string', value: name }, flags('open', openFlags), flags('mode', mode)],
      result,
    );
    return result;
  }

  shmUnlink(name: string): void {
    this.#call('shm_unlink', [{ type: 'string', value: name }]);
  }

  ftruncate(fd: FileDescriptor, length: number): void {
    this.#call('ftruncate', [reference(this.#recording.use(fd)), bytes(length)]);
  }

  close(fd: FileDescriptor): void {
    this.#recording.release(fd, this.#section);
    const { call, args } = releaseOf(fd);
    this.#call(call, args);
  }

  writeModule(mapping: Mapping): void {
    this.#section.push({ kind: 'write_module', mapping: this.#recording.use(mapping) });
  }

  executeModule(mapping: Mapping): void {
    this.#section.push({ kind: 'execute_module', mapping: this.#recording.use(mapping) });
  }
}
