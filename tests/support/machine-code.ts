/** Pieces of machine code, by architecture. */
type Code = Readonly<Record<'x64' | 'arm64', Uint8Array>>;

const words = (...values: number[]) => new Uint8Array(Uint32Array.from(values).buffer);

/** Jumps to itself. */
export const endless: Code = { x64: Uint8Array.of(0xeb, 0xfe), arm64: words(0x14000000) };

/** Stores its second argument at its first, and returns. */
export const storing: Code = {
  // mov [rdi], rsi; ret
  x64: Uint8Array.of(0x48, 0x89, 0x37, 0xc3),
  // str x1, [x0]; ret
  arm64: words(0xf9000001, 0xd65f03c0),
};

/** Returns the sum of its two arguments. */
export const sum: Code = {
  // lea rax, [rdi + rsi]; ret
  x64: Uint8Array.of(0x48, 0x8d, 0x04, 0x37, 0xc3),
  // add x0, x0, x1; ret
  arm64: words(0x8b010000, 0xd65f03c0),
};

/** An instruction that there is not: ud2, udf. */
export const illegal: Code = { x64: Uint8Array.of(0x0f, 0x0b), arm64: words(0) };

/** A breakpoint: int3, brk. */
export const breakpoint: Code = { x64: Uint8Array.of(0xcc), arm64: words(0xd4200000) };
