import { setImmediate } from 'node:timers/promises';
import { MAP, PROT } from '../system/constants.ts';
import { systemFiles } from '../system/files.ts';
import { type Refused, refusedProcess } from '../system/limits.ts';
import { waitOnFutex, wakeFutex } from '../system/spawn.ts';
import type { Architecture } from '../system/syscalls.ts';
import { Allocator } from './allocator.ts';
import {
  preparations,
  readResults,
  refuseFailure,
  resultAddress,
  signalName,
  wordBytes,
  writeOperations,
} from './commands.ts';
import { type CLibrary, type LoadedStub, loadLibraries, stubWithLibc } from './libraries.ts';
import {
  type LibraryFunctions,
  type MeasuredProcess,
  maxOperations,
  type Operation,
  type Region,
  TargetError,
} from './measured-process.ts';
import { addresses, block, blockBytes, descriptors } from './protocol.ts';
import { SharedFile, type SharedPart } from './shared-memory.ts';
import { type StartedStub, startStub } from './start-stub.ts';
import { type Stub, stubFor } from './stub.ts';

/** How a stub is started, and how long it may live. */
export interface StubOptions {
  readonly architecture: Architecture;
  /** The CPUs that it may run on from its first instruction. */
  readonly cpus: readonly number[];
  /** Bytes. */
  readonly pageSize: number;
  /** What it sees, and does not write to, beside its own data. */
  readonly contents?: readonly SharedContent[] | undefined;
  /** Paths of shared objects that are loaded into it, with the C library. */
  readonly libraries?: readonly string[] | undefined;
  /** That C library, where it is not this host's. */
  readonly libc?: CLibrary | undefined;
  /** A program, with its arguments, that starts the stub as its own. */
  readonly launcher?: readonly string[] | undefined;
  /** Nothing else wants its CPU: for some microseconds it waits for commands without sleeping. */
  readonly isAlone?: boolean | undefined;
  /** It is the first process of a pid namespace of its own. */
  readonly ownPids?: boolean | undefined;
  /** Ends it, and rejects what is waited for. */
  readonly signal: AbortSignal;
  /** Milliseconds after which it counts as hung and is killed. */
  readonly timeout: number;
}

/** A file that several stubs map at the same address. */
export interface SharedContent {
  readonly file: SharedFile;
  readonly address: number;
}

/** Bytes of data at first, and at least at a time; and of code. */
const dataBytes = 512 * 1024;
const codeBytes = 1024 * 1024;

/**
 * Milliseconds for which the host waits without doing anything else; then it looks whether the stub has
 * ended.
 */
const longestWait = 20;

/** Seconds after which an idle stub looks whether its host is still there. */
const stubIdleTimeout = 5;

/**
 * How often a stub looks for a command before it sleeps, for some 100 µs: longer than the host takes between
 * two.
 */
const stubLooks = 2500;

/**
 * Offset within its page at which code lies: modules begin at page starts, for whose cache sets it would
 * compete.
 */
const codeOffset = 2048;
const codeAlignment = 64;

/** A process of this machine that runs the stub and is told what to do through shared memory. */
export class StubProcess implements MeasuredProcess {
  readonly architecture: Architecture;
  readonly pageSize: number;
  readonly #options: StubOptions;
  readonly #stub: Stub | LoadedStub;
  #libraries: ReadonlyMap<string, LibraryFunctions> = new Map();
  readonly #data = new SharedFile('mapbench-data');
  readonly #code = new SharedFile('mapbench-code');
  readonly #block: SharedPart;
  readonly #codePart: SharedPart;
  readonly #futexes: Int32Array;
  readonly #words: BigInt64Array;
  readonly #allocator: Allocator;
  readonly #deadline: number;
  /** Data that the stub has not mapped yet. */
  #unmapped: SharedPart[];
  #codeEnd = codeOffset;
  #started: StartedStub | undefined;
  #sequence = 0;
  #pid = 0;
  #yieldedAt = performance.now();
  #end: Error | undefined;

  private constructor(options: StubOptions) {
    this.architecture = options.architecture;
    this.pageSize = options.pageSize;
    this.#options = options;
    this.#stub = options.libraries?.length
      ? stubWithLibc(options.architecture, options.libc)
      : stubFor(options.architecture);
    this.#deadline = performance.now() + options.timeout;
    this.#block = this.#data.extend(dataBytes);
    this.#codePart = this.#code.extend(codeBytes);
    const { buffer } = this.#block.bytes;
    this.#futexes = new Int32Array(buffer, 0, blockBytes / 4);
    this.#words = new BigInt64Array(buffer, 0, blockBytes / wordBytes);
    this.#words[block.host / wordBytes] = BigInt(options.ownPids ? 0 : process.pid);
    this.#words[block.idleTimeout / wordBytes] = BigInt(stubIdleTimeout);
    this.#words[block.hostTimeout / wordBytes + 1] = BigInt(longestWait * 1e6);
    this.#words[block.looks / wordBytes] = BigInt(options.isAlone ? stubLooks : 0);
    const rest = { address: addresses.data + blockBytes, bytes: this.#block.bytes.subarray(blockBytes) };
    this.#allocator = new Allocator(rest, options.pageSize);
    this.#unmapped = [{ offset: blockBytes, address: this.#block.address + blockBytes, bytes: rest.bytes }];
  }

  /**
   * Starts a stub. Rejects with a RefusalError where the kernel does not let it, with a TargetError where it
   * ends.
   */
  static async start(options: StubOptions): Promise<StubProcess> {
    const stub = new StubProcess(options);
    try {
      const files = [stub.#data, stub.#code, ...(options.contents ?? []).map(({ file }) => file)];
      stub.#started = startStub(stub.#stub.file, { ...options, files: files.map(({ fd }) => fd) });
      await stub.#prepare();
      if ('imports' in stub.#stub)
        stub.#libraries = await loadLibraries(stub, options.libraries ?? [], stub.#stub.imports);
      return stub;
    } catch (error) {
      await stub[Symbol.asyncDispose]();
      throw error;
    }
  }

  get pid(): number {
    return this.#pid;
  }

  get libraries(): ReadonlyMap<string, LibraryFunctions> {
    return this.#libraries;
  }

  readText(path: string): Promise<string | undefined> {
    return Promise.resolve(systemFiles.readText(path));
  }

  refused(): Refused {
    // A launcher's number is not that of what it has started.
    const started = this.#started?.pid ?? 0;
    return refusedProcess(this.#options.ownPids ? started : this.#pid || started);
  }

  readonly resultAddress = resultAddress;

  allocate(bytes: number, isZeroed = true): Region {
    const found = this.#allocator.allocate(bytes, isZeroed);
    if (found !== undefined) return found;
    const length = Math.ceil(Math.max(bytes, dataBytes) / dataBytes) * dataBytes;
    const part = this.#data.extend(length);
    this.#unmapped.push(part);
    this.#allocator.add({ address: addresses.data + part.offset, bytes: part.bytes });
    return this.allocate(bytes, isZeroed);
  }

  async load(code: Uint8Array): Promise<Region> {
    const start = this.#codeEnd;
    if (start + code.length > codeBytes) throw new RangeError('there is no room for more code');
    this.#codePart.bytes.set(code, start);
    this.#codeEnd = Math.ceil((start + code.length) / codeAlignment) * codeAlignment;
    const address = addresses.code + start;
    const { synchronize } = this.#stub;
    if (synchronize !== undefined)
      await this.run([{ call: 'code', args: [synchronize, address, address + code.length] }]);
    const bytes = this.#codePart.bytes.subarray(start, start + code.length);
    // The last that was loaded gives its room to the next.
    const end = this.#codeEnd;
    const giveBack = () => {
      if (this.#codeEnd === end) this.#codeEnd = start;
    };
    return { address, bytes, [Symbol.dispose]: giveBack };
  }

  async run(operations: readonly Operation[]): Promise<number[]> {
    if (this.#unmapped.length > 0) await this.#mapData();
    return this.#run(operations);
  }

  async #run(operations: readonly Operation[]): Promise<number[]> {
    if (operations.length > maxOperations) throw new RangeError(`${operations.length} operations at a time`);
    if (operations.length === 0) return [];
    if (this.#end !== undefined) throw this.#end;
    writeOperations(this.#words, operations, this.architecture);
    this.#sequence++;
    Atomics.store(this.#futexes, block.sequence / 4, this.#sequence);
    wakeFutex(this.#block.address + block.sequence);
    await this.#answer();
    return readResults(this.#words);
  }

  /** Ends the process. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#end ??= new TargetError('it was ended');
    const started = this.#started;
    this.#started = undefined;
    await started?.end(this.#pid === 0 ? undefined : this.#pid);
    this.#data[Symbol.dispose]();
    this.#code[Symbol.dispose]();
  }

  /**
   * What the stub needs before it can run code: signal handlers that tell where it met them, and all of its
   * memory.
   */
  async #prepare(): Promise<void> {
    const map = (
      address: number,
      length: number,
      prot: number,
      populate: number,
      fd: number,
    ): Operation[] => [
      {
        call: 'mmap',
        args: [address, length, prot, MAP.MAP_SHARED | MAP.MAP_FIXED | populate, fd, 0],
      },
      { call: 'close', args: [fd] },
    ];
    const runnable = PROT.PROT_READ | PROT.PROT_EXEC;
    const contents = (this.#options.contents ?? []).flatMap(({ file, address }, index) =>
      map(address, file.length, runnable, MAP.MAP_POPULATE, descriptors.contents + index),
    );
    const { operations: more, memory } = preparations(this, this.#stub);
    using _ = memory;
    const operations: Operation[] = [
      { call: 'getpid', args: [] },
      ...map(addresses.code, codeBytes, runnable, 0, descriptors.code),
      ...contents,
      ...more,
    ];
    const results = await this.run(operations);
    refuseFailure(operations, results, this);
    this.#pid = results[0] ?? 0;
  }

  async #mapData(): Promise<void> {
    const operations = this.#unmapped.splice(0).map(
      ({ offset, bytes }): Operation => ({
        call: 'mmap',
        args: [
          addresses.data + offset,
          bytes.length,
          PROT.PROT_READ | PROT.PROT_WRITE,
          MAP.MAP_SHARED | MAP.MAP_FIXED | MAP.MAP_POPULATE,
          descriptors.data,
          offset,
        ],
      }),
    );
    refuseFailure(operations, await this.#run(operations), this);
  }

  /** Waits for the answer to the last command, without keeping the event loop for longer than that. */
  async #answer(): Promise<void> {
    const answered = block.answered / 4;
    const isAnswered = () => Atomics.load(this.#futexes, answered) === this.#sequence;
    while (!isAnswered()) {
      const before = Atomics.load(this.#futexes, answered);
      if (before === this.#sequence) break;
      const { address } = this.#block;
      const isWoken = waitOnFutex(address + block.answered, before, address + block.hostTimeout);
      if (isAnswered()) break;
      if (!isWoken) this.#look();
      await this.#yield();
    }
    if (performance.now() - this.#yieldedAt > longestWait) await this.#yield();
  }

  /** Lets others have the event loop: keys, timers, the display. */
  async #yield(): Promise<void> {
    await setImmediate();
    this.#yieldedAt = performance.now();
    if (this.#options.signal.aborted) this.#fail(new TargetError('interrupted'));
  }

  /** Throws a TargetError where no answer will come. */
  #look(): void {
    const end = this.#started?.look();
    if (end !== undefined) this.#fail(this.#errorOf(end));
    if (performance.now() > this.#deadline) {
      const seconds = this.#options.timeout / 1000;
      this.#fail(new TargetError(`hung: no result within ${seconds} s`, { isHung: true }));
    }
  }

  #errorOf(end: NonNullable<ReturnType<StartedStub['look']>>): Error {
    if ('error' in end) return end.error instanceof Error ? end.error : new TargetError(String(end.error));
    const { output = '' } = end;
    if ('status' in end) {
      const said = output.trim() === '' ? '' : `: ${output.trim()}`;
      return new TargetError(`the measured process exited with status ${end.status}${said}`);
    }
    const signal = signalName(end.signal);
    const isFault = Number(this.#words[block.faultSignal / wordBytes]) === end.signal;
    const programCounter = isFault ? Number(this.#words[block.faultInstruction / wordBytes]) : undefined;
    return new TargetError(`killed by ${signal} (signal ${end.signal})`, { signal, programCounter });
  }

  #fail(error: Error): never {
    this.#end = error;
    throw error;
  }
}
