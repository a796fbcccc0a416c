/**
 * Values of a program that all that run at the same time in a process share, by slot: protection keys, which threads and modules
 * have in common.
 */
export class SharedResults {
  readonly #values = new Map<number, number>();
  #users = 0;

  /** undefined where none has made it yet. */
  get(slot: number): number | undefined {
    return this.#values.get(slot);
  }

  /** One more that uses the values; each calls `leave` once. */
  join(values: Iterable<readonly [slot: number, value: number]>): void {
    this.#users++;
    for (const [slot, value] of values) this.#values.set(slot, value);
  }

  leave(): void {
    this.#users--;
    if (this.#users === 0) this.#values.clear();
  }

  get isUsed(): boolean {
    return this.#users > 0;
  }
}
