import { StubProcess } from '../../src/target/stub-process.ts';

/**
 * `ic ivau`, which invalidates a line of the instruction cache, with its register in the low bits; and what
 * does nothing.
 */
const [invalidation, registerBits, nop] = [0xd50b7520, 0x1f, 0xd503201f];

/** Does something while code that is put into stubs does not invalidate the instruction cache. */
export async function withoutMaintenance<T>(use: () => Promise<T>): Promise<T> {
  const { load } = StubProcess.prototype;
  StubProcess.prototype.load = function (code) {
    return load.call(this, withoutInvalidation(code));
  };
  try {
    return await use();
  } finally {
    StubProcess.prototype.load = load;
  }
}

function withoutInvalidation(code: Uint8Array): Uint8Array {
  const copy = code.slice();
  const view = new DataView(copy.buffer, copy.byteOffset);
  for (let at = 0; at + 4 <= copy.length; at += 4) {
    if ((view.getUint32(at, true) & ~registerBits) >>> 0 === invalidation) view.setUint32(at, nop, true);
  }
  return copy;
}
