import { MAP, PROT } from '../../src/system/constants.ts';
import { pageSize } from '../../src/system/memory.ts';
import { type MeasuredProcess, type Operation, systemCall } from '../../src/target/measured-process.ts';

const CLOCK_MONOTONIC = 1;

/** Operations that touch so many fresh pages, each by a system call that writes to it. */
export async function touchesOf(target: MeasuredProcess, pages: number): Promise<Operation[]> {
  // Shared memory: the kernel joins no neighbouring mappings and so makes no huge pages of them.
  const flags = MAP.MAP_SHARED | MAP.MAP_ANONYMOUS;
  const prot = PROT.PROT_READ | PROT.PROT_WRITE;
  const address = await systemCall(target, 'mmap', 0, pages * pageSize(), prot, flags, -1, 0);
  return Array.from({ length: pages }, (_, page) => ({
    call: 'clock_gettime',
    args: [CLOCK_MONOTONIC, address + page * pageSize()],
  }));
}
