import { libc } from './libc.ts';
import type { Architecture } from './syscalls.ts';

/**
 * What an argument of a system call must be, or which of its bits must be set, any of them. 64 bits; negative
 * numbers as in C.
 */
type Condition =
  | { readonly index: number; readonly equals: number }
  | { readonly index: number; readonly anyOf: number };

/** A system call that is refused: its number, and what must hold of its arguments, all of it. */
export interface Refusal {
  readonly number: number;
  readonly when?: readonly Condition[];
  readonly errno: number;
}

/** A filter of system calls: what is not refused is allowed. */
export interface Filter {
  readonly refusals: readonly Refusal[];
  /** Calls whose number is higher do not exist (ENOSYS). */
  readonly newest?: number;
}

/** An instruction of classic BPF (struct sock_filter): jumps count the instructions that are passed over. */
interface Instruction {
  readonly code: number;
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

// include/uapi/linux/bpf_common.h and seccomp.h
const [LOAD, JUMP_EQUAL, JUMP_GREATER, JUMP_ANY_BIT, RETURN] = [0x20, 0x15, 0x25, 0x45, 0x06];
const SECCOMP_RET_ALLOW = 0x7fff0000;
const SECCOMP_RET_KILL_PROCESS = 0x80000000;
const SECCOMP_RET_ERRNO = 0x00050000;
const ENOSYS = 38;

/** Numbers mean something for one architecture alone: AUDIT_ARCH_ constants of linux/audit.h. */
const auditArchitecture = { x64: 0xc000003e, arm64: 0xc00000b7 } as const satisfies Record<
  Architecture,
  number
>;

/**
 * Offsets in struct seccomp_data of the call's number, its architecture, and its arguments, low words first.
 */
const numberOffset = 0;
const architectureOffset = 4;
const argumentOffset = (index: number) => 16 + 8 * index;

const load = (offset: number): Instruction => ({ code: LOAD, jt: 0, jf: 0, k: offset });
const returns = (k: number): Instruction => ({ code: RETURN, jt: 0, jf: 0, k });

/** The program of a filter. */
export function compileFilter({ refusals, newest }: Filter, architecture: Architecture): Instruction[] {
  const foreign = [
    load(architectureOffset),
    { code: JUMP_EQUAL, jt: 1, jf: 0, k: auditArchitecture[architecture] },
    returns(SECCOMP_RET_KILL_PROCESS),
  ];
  const tooNew =
    newest === undefined
      ? []
      : [
          load(numberOffset),
          { code: JUMP_GREATER, jt: 0, jf: 1, k: newest },
          returns(SECCOMP_RET_ERRNO | ENOSYS),
        ];
  return [...foreign, ...tooNew, ...refusals.flatMap(compileRefusal), returns(SECCOMP_RET_ALLOW)];
}

/** Goes on behind itself where the call is another one. */
function compileRefusal({ number, when = [], errno }: Refusal): Instruction[] {
  const tests = [
    { offset: numberOffset, code: JUMP_EQUAL, k: number },
    ...when.flatMap((condition) => testsOf(condition)),
  ];
  const body = tests.flatMap(({ offset, code, k }, index) => {
    const rest = 2 * (tests.length - index - 1);
    return [load(offset), { code, jt: 0, jf: rest + 1, k }];
  });
  return [...body, returns(SECCOMP_RET_ERRNO | errno)];
}

function testsOf(condition: Condition): { offset: number; code: number; k: number }[] {
  const offset = argumentOffset(condition.index);
  if ('anyOf' in condition) return [{ offset, code: JUMP_ANY_BIT, k: condition.anyOf >>> 0 }];
  const { equals } = condition;
  const high = equals < 0 ? 0xffffffff : Math.floor(equals / 2 ** 32);
  return [
    { offset, code: JUMP_EQUAL, k: equals >>> 0 },
    { offset: offset + 4, code: JUMP_EQUAL, k: high },
  ];
}

/** A filter as the kernel takes it at an address: a struct sock_fprog, and the instructions behind it. */
export function filterProgram(filter: Filter, architecture: Architecture, address: number): Uint8Array {
  const program = compileFilter(filter, architecture);
  const view = new DataView(new ArrayBuffer(16 + 8 * program.length));
  view.setUint16(0, program.length, true);
  view.setBigUint64(8, BigInt(address + 16), true);
  program.forEach(({ code, jt, jf, k }, index) => {
    const at = 16 + 8 * index;
    view.setUint16(at, code, true);
    view.setUint8(at + 2, jt);
    view.setUint8(at + 3, jf);
    view.setUint32(at + 4, k >>> 0, true);
  });
  return new Uint8Array(view.buffer);
}

const PR_GET_MDWE = 66;

/**
 * The bits of PR_SET_MDWE that hold for this process; undefined where the kernel does not know it (before
 * Linux 6.3).
 */
export function mdweBits(): number | undefined {
  const bits = libc('prctl')(PR_GET_MDWE, 0, 0, 0, 0);
  return bits === -1 ? undefined : bits;
}
