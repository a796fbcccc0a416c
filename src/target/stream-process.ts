import { MAP, MFD, PROT } from '../system/constants.ts';
import type { SystemFiles } from '../system/files.ts';
import type { Refused } from '../system/limits.ts';
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
import type { Connection } from './connection.ts';
import { readBytes } from './files.ts';
import {
  type MeasuredProcess,
  maxOperations,
  type Operand,
  type Operation,
  type Region,
  TargetError,
  writeString,
} from './measured-process.ts';
import { addresses, block, blockBytes, streamAddresses, streamDataBytes } from './protocol.ts';
import type { Stub } from './stub.ts';

/** How a process is started at the other end of a connection. */
export interface StreamProcessOptions {
  readonly architecture: Architecture;
  /** Of the other end. */
  readonly stub: Stub;
  /** Bytes. */
  readonly pageSize: number;
  /** The CPUs of the target that it may run on. */
  readonly cpus: readonly number[];
  /** What it sees, and does not write to, beside its own data. */
  readonly contents?: readonly { readonly address: number; readonly bytes: Uint8Array }[];
  /** What is known of the target. */
  readonly files: SystemFiles;
  /** Ends it, and rejects what is waited for. */
  readonly signal: AbortSignal;
  /** Milliseconds after which it counts as hung, and the connection is ended. */
  readonly timeout: number;
}

const codeBytes = 1024 * 1024;

/** As in a stub of this machine: away from page starts. */
const codeOffset = 2048;
const codeAlignment = 64;

/** Bytes between two changes that are sent rather than a piece of its own. */
const shortGap = 16;

/** Milliseconds in which a process that is told to end has ended. */
const endTimeout = 5000;

/** A process at the other end of a stream, whose memory is mirrored here: what changes is sent. */
export class StreamProcess implements MeasuredProcess {
  readonly architecture: Architecture;
  readonly pageSize: number;
  readonly resultAddress = resultAddress;
  readonly #connection: Connection;
  readonly #options: StreamProcessOptions;
  readonly #data = new Uint8Array(streamDataBytes);
  /** The data as the other end has them. */
  readonly #known = new Uint8Array(streamDataBytes);
  readonly #words = new BigInt64Array(this.#data.buffer);
  readonly #knownWords = new BigInt64Array(this.#known.buffer);
  readonly #allocator: Allocator;
  readonly #timer: NodeJS.Timeout;
  #used: number = blockBytes;
  #codeEnd = codeOffset;
  #pid = 0;
  #fault: { readonly signal: number; readonly instruction: number } | undefined;
  #end: Error | undefined;
  #waiting: { readonly resolve: () => void; readonly reject: (error: Error) => void } | undefined;
  readonly #ended: Promise<void>;

  private constructor(connection: Connection, options: StreamProcessOptions) {
    this.architecture = options.architecture;
    this.pageSize = options.pageSize;
    this.#connection = connection;
    this.#options = options;
    this.#allocator = new Allocator(
      { address: addresses.data + blockBytes, bytes: this.#data.subarray(blockBytes) },
      options.pageSize,
    );
    this.#timer = setTimeout(() => {
      const seconds = options.timeout / 1000;
      connection.kill(new TargetError(`hung: no result within ${seconds} s`, { isHung: true }));
    }, options.timeout);
    this.#ended = new Promise((resolve) => {
      const settle = (error: Error) => {
        this.#fail(error);
        resolve();
      };
      connection.listen({
        onWord: (address, value) => {
          const index = (address - addresses.data) / wordBytes;
          this.#words[index] = value;
          this.#knownWords[index] = value;
        },
        onDone: () => this.#waiting?.resolve(),
        onFault: (signal, instruction) => {
          this.#fault = { signal, instruction };
        },
        onEnded: (status) => settle(this.#errorOf(status)),
        onClosed: settle,
      });
    });
    options.signal.addEventListener('abort', this.#onAbort);
  }

  /** Rejects with a RefusalError where what it needs is refused, with a TargetError where it ends. */
  static async start(connection: Connection, options: StreamProcessOptions): Promise<StreamProcess> {
    const started = new StreamProcess(connection, options);
    try {
      options.signal.throwIfAborted();
      connection.command('start');
      await started.#prepare();
      return started;
    } catch (error) {
      await started[Symbol.asyncDispose]();
      throw options.signal.aborted ? new TargetError('interrupted') : error;
    }
  }

  get pid(): number {
    return this.#pid;
  }

  async readText(path: string): Promise<string | undefined> {
    const bytes = await readBytes(this, path);
    return bytes && Buffer.from(bytes).toString('utf8').trim();
  }

  refused(): Refused {
    return { pid: 'self', files: this.#options.files, roomOf: () => undefined };
  }

  allocate(bytes: number, isZeroed = true): Region {
    const region = this.#allocator.allocate(bytes, isZeroed);
    if (region === undefined) throw new RangeError(`no room for ${bytes} more bytes on this target`);
    this.#used = Math.max(this.#used, region.address - addresses.data + region.bytes.length);
    return region;
  }

  async load(code: Uint8Array): Promise<Region> {
    const start = this.#codeEnd;
    if (start + code.length > codeBytes) throw new RangeError('there is no room for more code');
    this.#codeEnd = Math.ceil((start + code.length) / codeAlignment) * codeAlignment;
    this.#connection.write(streamAddresses.codeToWrite + start, code);
    const address = addresses.code + start;
    const { synchronize } = this.#options.stub;
    if (synchronize !== undefined)
      await this.run([{ call: 'code', args: [synchronize, address, address + code.length] }]);
    const end = this.#codeEnd;
    const giveBack = () => {
      if (this.#codeEnd === end) this.#codeEnd = start;
    };
    return { address, bytes: code, [Symbol.dispose]: giveBack };
  }

  async run(operations: readonly Operation[]): Promise<number[]> {
    if (operations.length > maxOperations) throw new RangeError(`${operations.length} operations at a time`);
    if (operations.length === 0) return [];
    if (this.#end !== undefined) throw this.#end;
    writeOperations(this.#words, operations, this.architecture);
    this.#words[block.used / wordBytes] = BigInt(this.#used);
    this.#sendChanges();
    await new Promise<void>((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#connection.command('run');
    });
    return readResults(this.#words);
  }

  /** Ends the process; the connection stays, for the next one. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer);
    this.#options.signal.removeEventListener('abort', this.#onAbort);
    if (this.#end === undefined) {
      const timer = setTimeout(() => this.#connection.kill(new TargetError('it did not end')), endTimeout);
      this.run([{ call: 'exit_group', args: [0] }]).catch(() => {});
      await this.#ended;
      clearTimeout(timer);
    }
    this.#connection.listen(undefined);
  }

  readonly #onAbort = () => this.#connection.kill(new TargetError('interrupted'));

  async #prepare(): Promise<void> {
    const { cpus, contents = [] } = this.#options;
    const [writable, runnable] = [PROT.PROT_READ | PROT.PROT_WRITE, PROT.PROT_READ | PROT.PROT_EXEC];
    const { operations: more, memory } = preparations(this, this.#options.stub);
    using _ = memory;
    using room = this.allocate(maskBytes + 64);
    for (const cpu of cpus) room.bytes[cpu >> 3] = (room.bytes[cpu >> 3] ?? 0) | (1 << (cpu & 7));
    const name = writeString(room, 'mapbench-code', maskBytes);
    const fd: Operand = { wordAt: this.resultAddress(1), plus: 0 };
    const viewOf = (address: number, prot: number): Operation => ({
      call: 'mmap',
      args: [address, codeBytes, prot, MAP.MAP_SHARED | MAP.MAP_FIXED, fd, 0],
    });
    const anonymous = MAP.MAP_PRIVATE | MAP.MAP_ANONYMOUS | MAP.MAP_FIXED;
    const operations: Operation[] = [
      { call: 'getpid', args: [] },
      { call: 'memfd_create', args: [name, MFD.MFD_CLOEXEC] },
      { call: 'ftruncate', args: [fd, codeBytes] },
      viewOf(streamAddresses.codeToWrite, writable),
      viewOf(addresses.code, runnable),
      { call: 'close', args: [fd] },
      ...(cpus.length > 0
        ? [{ call: 'sched_setaffinity', args: [0, maskBytes, room.address] } as const]
        : []),
      ...contents.map(
        ({ address, bytes }): Operation => ({
          call: 'mmap',
          args: [address, this.#wholePages(bytes.length), writable, anonymous, -1, 0],
        }),
      ),
      ...more,
    ];
    const results = await this.run(operations);
    refuseFailure(operations, results, this);
    this.#pid = results[0] ?? 0;
    if (contents.length === 0) return;
    for (const { address, bytes } of contents) this.#connection.write(address, bytes);
    const protect = contents.map(
      ({ address, bytes }): Operation => ({
        call: 'mprotect',
        args: [address, this.#wholePages(bytes.length), runnable],
      }),
    );
    refuseFailure(protect, await this.run(protect), this);
  }

  #wholePages(bytes: number): number {
    return Math.ceil(bytes / this.pageSize) * this.pageSize;
  }

  /** Sends what was written since the last time. */
  #sendChanges(): void {
    const [words, known] = [this.#words, this.#knownWords];
    const end = this.#used / wordBytes;
    const gap = shortGap / wordBytes;
    for (let index = 0; index < end; index++) {
      if (words[index] === known[index]) continue;
      let last = index;
      for (let next = index + 1; next < end && next - last <= gap; next++)
        if (words[next] !== known[next]) last = next;
      const bytes = this.#data.slice(index * wordBytes, (last + 1) * wordBytes);
      this.#known.set(bytes, index * wordBytes);
      this.#connection.write(addresses.data + index * wordBytes, bytes);
      index = last;
    }
  }

  #errorOf(status: number): TargetError {
    const number = status & 0x7f;
    if (number === 0) return new TargetError(`the measured process exited with status ${status >> 8}`);
    const signal = signalName(number);
    const programCounter = this.#fault?.signal === number ? this.#fault.instruction : undefined;
    return new TargetError(`killed by ${signal} (signal ${number})`, { signal, programCounter });
  }

  #fail(error: Error): void {
    this.#end ??= error;
    this.#waiting?.reject(this.#end);
  }
}

/** Bytes of a mask of CPUs: 8,192 of them. */
const maskBytes = 1024;
