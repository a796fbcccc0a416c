import {
  isError,
  type MeasuredProcess,
  maxOperations,
  type Operand,
  type Operation,
} from './measured-process.ts';

/** What an operation of a list will return, once it was flushed. */
export class Result {
  readonly #address: number;
  #value: number | undefined;

  /** `address` is where it lies until the list is flushed. */
  constructor(address: number) {
    this.#address = address;
  }

  settle(value: number): void {
    this.#value = value;
  }

  /** It, plus so many bytes, as an argument of a later operation. */
  plus(bytes: number): Operand {
    return this.#value === undefined ? { wordAt: this.#address, plus: bytes } : this.#value + bytes;
  }

  /** Throws a TypeError before the list was flushed. */
  get value(): number {
    if (this.#value === undefined) throw new TypeError('the operation has not been run yet');
    return this.#value;
  }
}

interface Entry {
  readonly operation: Operation;
  readonly result: Result;
  readonly failure: (errno: number) => Error;
}

/** Gathers operations, so that many of them take one exchange with the measured process. */
export class OperationList {
  readonly target: MeasuredProcess;
  #entries: Entry[] = [];

  constructor(target: MeasuredProcess) {
    this.target = target;
  }

  /**
   * Adds an operation; `failure` makes what `flush` rejects with where the kernel refuses it, of a positive
   * errno.
   */
  add(operation: Operation, failure: (errno: number) => Error): Result {
    if (this.#entries.length === maxOperations) throw new RangeError('too many operations before a flush');
    const result = new Result(this.target.resultAddress(this.#entries.length));
    this.#entries.push({ operation, result, failure });
    return result;
  }

  /** Makes sure that there is room for a step's operations. */
  async makeRoom(): Promise<void> {
    if (this.#entries.length > maxOperations / 2) await this.flush();
  }

  /** Runs what was added. What follows a refused operation is not run. */
  async flush(): Promise<void> {
    const entries = this.#entries;
    this.#entries = [];
    const results = await this.target.run(entries.map(({ operation }) => operation));
    for (const [index, value] of results.entries()) {
      const entry = entries[index];
      if (entry === undefined) continue;
      if (isError(value) && !entry.operation.mayFail) throw entry.failure(-value);
      entry.result.settle(value);
    }
  }
}
