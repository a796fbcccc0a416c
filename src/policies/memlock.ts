import { dropCapability } from '../system/drop-capability.ts';
import { callLibc } from '../system/libc.ts';
import { sizeOf } from './size.ts';

const RLIMIT_MEMLOCK = 8;
const CAP_IPC_LOCK = 14;

/** Limits the memory that this process can lock. With CAP_IPC_LOCK the limit would not count, so it goes. */
export function applyMemlock(value: string): void {
  const bytes = BigInt(sizeOf(value) ?? 0);
  callLibc('setrlimit', RLIMIT_MEMLOCK, new BigUint64Array([bytes, bytes]));
  dropCapability(CAP_IPC_LOCK);
}
