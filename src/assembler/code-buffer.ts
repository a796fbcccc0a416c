/** A place in the code that instructions can name before it is known. Made by `CodeBuffer.label()`. */
export class Label {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/**
 * Writes the distance to a label into finished code.
 * `at` is where the reference was recorded, `target` where the label is bound. Throws if it does not fit.
 */
export type Patch = (code: DataView, target: number, at: number) => void;

interface Fixup {
  label: Label;
  at: number;
  patch: Patch;
}

const INITIAL_CAPACITY = 256;

/** Growing little-endian machine code, with labels that are resolved by `finish()`. */
export class CodeBuffer {
  #bytes = new Uint8Array(INITIAL_CAPACITY);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;
  readonly #offsets = new Map<Label, number>();
  readonly #fixups: Fixup[] = [];

  /** Bytes emitted so far, which is also the offset of the next byte. */
  get length(): number {
    return this.#length;
  }

  emit8(value: number): void {
    const at = this.#extend(1);
    this.#view.setUint8(at, value);
  }

  emit32(value: number): void {
    const at = this.#extend(4);
    this.#view.setUint32(at, value, true);
  }

  emit64(value: bigint): void {
    const at = this.#extend(8);
    this.#view.setBigUint64(at, value, true);
  }

  emitBytes(bytes: Iterable<number>): void {
    for (const byte of bytes) this.emit8(byte);
  }

  /** A new label, not bound yet. The name only appears in error messages. */
  label(name = 'label'): Label {
    return new Label(name);
  }

  /** Makes the label stand for the current end of the code. */
  bind(label: Label): void {
    if (this.#offsets.has(label)) throw new Error(`${label.name} bound twice`);
    this.#offsets.set(label, this.#length);
  }

  /** Where a label is bound. */
  offsetOf(label: Label): number {
    const offset = this.#offsets.get(label);
    if (offset === undefined) throw new Error(`${label.name} used but never bound`);
    return offset;
  }

  /** Has `finish()` patch the bytes that are emitted next, once the label is bound. */
  reference(label: Label, patch: Patch): void {
    this.#fixups.push({ label, at: this.#length, patch });
  }

  /** A copy of the code with every reference resolved. */
  finish(): Uint8Array {
    const code = this.#bytes.slice(0, this.#length);
    const view = new DataView(code.buffer);
    for (const { label, at, patch } of this.#fixups) patch(view, this.offsetOf(label), at);
    return code;
  }

  /** How many bytes are missing until the code ends on a multiple of `boundary`. */
  protected paddingTo(boundary: number): number {
    const isPowerOfTwo = boundary >= 1 && Number.isInteger(Math.log2(boundary));
    if (!isPowerOfTwo) throw new RangeError(`align: ${boundary} is not a power of two`);
    return -this.#length & (boundary - 1);
  }

  /** Makes the code `size` bytes longer and returns the offset of the first of them. */
  #extend(size: number): number {
    const start = this.#length;
    this.#length += size;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(this.#bytes.length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return start;
  }
}
