import { hostArchitecture } from './architecture.ts';
import { lastErrno, memoryView, SystemCallError, systemCall } from './libc.ts';
import { loadData } from './memory.ts';

const numbers = { x64: { capget: 125, capset: 126 }, arm64: { capget: 90, capset: 91 } } as const;
const _LINUX_CAPABILITY_VERSION_3 = 0x20080522;

/** Takes a capability below 32 from the calling thread, for good (capset(2)). Throws a SystemCallError where the kernel refuses. */
export function dropCapability(capability: number): void {
  const { capget, capset } = numbers[hostArchitecture() ?? 'x64'];
  // struct __user_cap_header_struct, then two of struct __user_cap_data_struct: effective, permitted, inheritable.
  const address = loadData(new Uint8Array(8 + 2 * 12));
  const words = new Uint32Array(memoryView(address, 8 + 2 * 12));
  words[0] = _LINUX_CAPABILITY_VERSION_3;
  call('capget', capget, address);
  for (const index of [2, 3, 4]) words[index] = (words[index] ?? 0) & ~(1 << capability);
  call('capset', capset, address);
}

function call(name: string, number: number, address: number): void {
  if (systemCall(number, address, address + 8) === -1) throw new SystemCallError(name, lastErrno());
}
