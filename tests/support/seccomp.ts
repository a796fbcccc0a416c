import { callLibc, memoryView } from '../../src/system/libc.ts';

/** A system call to refuse: its number, the values of some arguments by index, and the errno it gets. */
export interface Refusal {
  number: number;
  args: Record<number, number>;
  errno: number;
}

const load = (offset: number) => ({ code: 0x20, jt: 0, jf: 0, k: offset });
const returns = (k: number) => ({ code: 0x06, jt: 0, jf: 0, k });
const SECCOMP_RET_ALLOW = 0x7fff0000;
const SECCOMP_RET_ERRNO = 0x00050000;

/** Has the kernel refuse a system call of this thread, and of all processes that it starts from now on. */
export function refuse({ number, args, errno }: Refusal): void {
  const words: [number, number][] = [[0, number]];
  for (const [index, value] of Object.entries(args)) {
    const at = 16 + 8 * Number(index);
    words.push([at, value >>> 0], [at + 4, value < 0 ? 0xffffffff : Math.floor(value / 2 ** 32)]);
  }
  const program = words.flatMap(([offset, value], index) => {
    const rest = 2 * (words.length - index - 1);
    return [load(offset), { code: 0x15, jt: 0, jf: rest + 1, k: value }];
  });
  program.push(returns(SECCOMP_RET_ERRNO | errno), returns(SECCOMP_RET_ALLOW));

  const memory = callLibc('mmap', 0, 4096, 3, 0x22, -1, 0);
  const view = new DataView(memoryView(memory, 4096));
  view.setUint16(0, program.length, true);
  view.setBigUint64(8, BigInt(memory + 16), true);
  program.forEach(({ code, jt, jf, k }, index) => {
    const at = 16 + 8 * index;
    view.setUint16(at, code, true);
    view.setUint8(at + 2, jt);
    view.setUint8(at + 3, jf);
    view.setUint32(at + 4, k, true);
  });
  const [PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER] = [38, 22, 2];
  callLibc('prctl', PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  callLibc('prctl', PR_SET_SECCOMP, SECCOMP_MODE_FILTER, memory, 0, 0);
}
