import type { Label } from './code-buffer.ts';

/** An instruction as GNU as reads it, one line each. */
export interface Instruction {
  readonly text: string;
  /** The base register and the displacement of what it has in memory, for remarks. */
  readonly memory?: { readonly base: string; readonly displacement: number };
}

/** What a call of an assembler's method has written. */
interface WrittenCall {
  readonly method: string;
  readonly operands: readonly unknown[];
  readonly bytes: Uint8Array;
}

/** Turns calls of one architecture's assembler into what GNU as makes the same bytes of. */
export type TextOf = (call: WrittenCall, nameOf: (label: Label) => string) => readonly Instruction[];

/** Bytes that are no instruction, or that GNU as would choose otherwise. */
function asBytes(bytes: Iterable<number>): string {
  return `.byte ${[...bytes].map((byte) => `0x${byte.toString(16).padStart(2, '0')}`).join(', ')}`;
}

/** Bytes that are data: a string that ends with 0, or what else it is. */
export function asData(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.subarray(0, -1)).toString('latin1');
  return bytes.at(-1) === 0 && /^[ !#-[\]-~]+$/.test(text) ? `.asciz "${text}"` : asBytes(bytes);
}
