import { MAP, PROT } from '../system/constants.ts';
import { systemFiles } from '../system/files.ts';
import { callLibc, codeFunction, lastErrno, libc, memoryView, systemCall } from '../system/libc.ts';
import { type Refused, refusedProcess } from '../system/limits.ts';
import { type Architecture, systemCallNumber } from '../system/syscalls.ts';
import {
  isError,
  type MeasuredProcess,
  maxOperations,
  type Operand,
  type Operation,
  type Region,
} from './measured-process.ts';
import { SharedFile } from './shared-memory.ts';

const wordBytes = 8;

/** Offset within its page at which code lies, as in a stub. */
const codeOffset = 2048;

const runnable = PROT.PROT_READ | PROT.PROT_EXEC;

/** This process, driven through the C library: what is measured is what a JavaScript host would pay. */
export class ThisProcess implements MeasuredProcess {
  readonly architecture: Architecture;
  readonly pageSize: number;
  readonly pid = process.pid;
  /** What operations can refer to. */
  readonly #regions = new Set<Region>();
  readonly #results: Region;

  constructor(architecture: Architecture, pageSize: number) {
    this.architecture = architecture;
    this.pageSize = pageSize;
    this.#results = this.allocate(maxOperations * wordBytes);
  }

  run(operations: readonly Operation[]): Promise<number[]> {
    try {
      return Promise.resolve(this.#run(operations));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  readText(path: string): Promise<string | undefined> {
    return Promise.resolve(systemFiles.readText(path));
  }

  refused(): Refused {
    return refusedProcess('self');
  }

  resultAddress(index: number): number {
    return this.#results.address + index * wordBytes;
  }

  allocate(bytes: number): Region {
    const length = Math.ceil(bytes / this.pageSize) * this.pageSize;
    const flags = MAP.MAP_PRIVATE | MAP.MAP_ANONYMOUS;
    const address = callLibc('mmap', 0, length, PROT.PROT_READ | PROT.PROT_WRITE, flags, -1, 0);
    return this.#regionAt(address, address, length);
  }

  /** Rejects with a RefusalError where no memory may become executable. */
  async load(code: Uint8Array): Promise<Region> {
    const region = this.allocate(codeOffset + code.length);
    region.bytes.set(code, codeOffset);
    const { address, bytes } = region;
    if (libc('mprotect')(address, bytes.length, runnable) === -1) {
      region[Symbol.dispose]();
      return this.#loadThroughFile(code);
    }
    this.#regions.delete(region);
    return this.#regionAt(address + codeOffset, address, bytes.length);
  }

  /** Where a policy lets no mapping become executable, one of a file may be so from the start. */
  #loadThroughFile(code: Uint8Array): Region {
    const length = Math.ceil((codeOffset + code.length) / this.pageSize) * this.pageSize;
    using file = new SharedFile('mapbench-code');
    file.extend(length).bytes.set(code, codeOffset);
    const start = callLibc('mmap', 0, length, runnable, MAP.MAP_SHARED, file.fd, 0);
    return this.#regionAt(start + codeOffset, start, length);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const region of [...this.#regions]) region[Symbol.dispose]();
  }

  #regionAt(address: number, start: number, length: number): Region {
    const region: Region = {
      address,
      bytes: new Uint8Array(memoryView(start, length), address - start),
      [Symbol.dispose]: () => {
        if (this.#regions.delete(region)) callLibc('munmap', start, length);
      },
    };
    this.#regions.add(region);
    return region;
  }

  #run(operations: readonly Operation[]): number[] {
    const results: number[] = [];
    for (const { call, args, storeAt, mayFail = false } of operations) {
      const values = args.map((operand) => this.#valueOf(operand));
      const result = this.#do(call, values);
      this.#words(this.resultAddress(results.length))[0] = BigInt(result);
      results.push(result);
      if (isError(result)) {
        if (!mayFail) break;
      } else if (storeAt !== undefined) this.#words(storeAt)[0] = BigInt(result);
    }
    return results;
  }

  #do(call: Operation['call'], values: readonly number[]): number {
    if (call === 'code') return callCode(values);
    if (call !== 'store') return this.#systemCall(systemCallNumber(this.architecture, call), values);
    const [address = 0, word = 0] = values;
    this.#words(address)[0] = BigInt(word);
    return 0;
  }

  #systemCall(number: number, args: readonly number[]): number {
    const result = systemCall(number, ...args);
    return result === -1 ? -lastErrno() : result;
  }

  #valueOf(operand: Operand): number {
    if (typeof operand === 'number') return operand;
    return Number(this.#words(operand.wordAt)[0]) + operand.plus;
  }

  /** The word at an address. */
  #words(at: number): BigInt64Array {
    for (const { address, bytes } of this.#regions) {
      if (at >= address && at < address + bytes.length)
        return new BigInt64Array(bytes.buffer, bytes.byteOffset + at - address, 1);
    }
    throw new RangeError(`nothing is known to lie at 0x${at.toString(16)}`);
  }
}

function callCode([address = 0, first = 0, second = 0]: readonly number[]): number {
  return codeFunction(address)(first, second);
}
