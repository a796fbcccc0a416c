/** asm-generic/ioctls.h, asm-generic/fcntl.h, asm-generic/signal.h */
export const [TCSETS, O_NOCTTY, SIGCHLD] = [0x5402, 0o400, 17];

/** asm-generic/termbits.h */
const [CS8, CREAD, CLOCAL, B115200] = [0o60, 0o200, 0o4000, 0o10002];

/** A struct termios of the kernel (asm-generic/termbits.h): bytes as they are, a read returns from one on. */
export const rawTerminal = ((): Uint8Array => {
  const bytes = new Uint8Array(40);
  const view = new DataView(bytes.buffer);
  view.setUint32(8, CS8 | CREAD | CLOCAL | B115200, true);
  const VMIN = 6;
  bytes[17 + VMIN] = 1;
  return bytes;
})();

/** Bytes, or a string with a zero behind it, as 64-bit words. */
export function wordsOf(what: string | Uint8Array): bigint[] {
  const bytes = typeof what === 'string' ? Buffer.from(`${what}\0`) : Buffer.from(what);
  const padded = Buffer.concat([bytes], Math.ceil(bytes.length / 8) * 8);
  return Array.from({ length: padded.length / 8 }, (_, index) => padded.readBigUInt64LE(8 * index));
}
