import { readPart } from './files.ts';
import type { MeasuredProcess } from './measured-process.ts';

/** Of a word of /proc/<pid>/pagemap, a page's: it is in a guard region (Linux 6.15). */
const guardBit = 1n << 58n;

/**
 * Whether each page of so many bytes at an address is in a guard region; none where the file cannot be read.
 */
export async function guardsAt(target: MeasuredProcess, address: number, length: number): Promise<boolean[]> {
  const part = { offset: (address / target.pageSize) * 8, length: (length / target.pageSize) * 8 };
  const bytes = await readPart(target, '/proc/self/pagemap', part);
  return Array.from(
    new BigUint64Array(bytes?.buffer ?? new ArrayBuffer(0)),
    (word) => (word & guardBit) !== 0n,
  );
}
