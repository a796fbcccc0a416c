import { Arm64Assembler, postIndex, preIndex } from '../../assembler/arm64/assembler.ts';
import { X64Assembler } from '../../assembler/x64/assembler.ts';
import { type Architecture, systemCallNumber } from '../../system/syscalls.ts';

const SIGCHLD = 17;
const SIGKILL = 9;
const PR_SET_PDEATHSIG = 1;

/**
 * Code of a function that forks and returns the child's number, or a negative errno. The child does nothing
 * until it is killed, at the latest with its parent.
 */
export function forkRoutine(architecture: Architecture): Uint8Array {
  return architecture === 'x64' ? forX64() : forArm64();
}

function forX64(): Uint8Array {
  const a = new X64Assembler();
  const [parent, wait] = [a.label('parent'), a.label('wait')];
  const call = (name: Parameters<typeof systemCallNumber>[1]) => {
    a.mov('rax', systemCallNumber('x64', name));
    a.syscall();
  };
  const clear = () => {
    for (const register of ['rdi', 'rsi', 'rdx', 'r10', 'r8'] as const) a.xor32(register, register);
  };
  clear();
  a.mov('rdi', SIGCHLD);
  call('clone');
  a.test('rax', 'rax');
  a.jne(parent);
  a.mov('rdi', PR_SET_PDEATHSIG);
  a.mov('rsi', SIGKILL);
  call('prctl');
  a.bind(wait);
  clear();
  call('ppoll');
  a.jmp(wait);
  a.bind(parent);
  a.ret();
  return a.finish();
}

function forArm64(): Uint8Array {
  const a = new Arm64Assembler();
  const [parent, wait] = [a.label('parent'), a.label('wait')];
  const call = (name: Parameters<typeof systemCallNumber>[1]) => {
    a.movImmediate('x8', systemCallNumber('arm64', name));
    a.svc(0);
  };
  const clear = () => {
    for (const register of ['x0', 'x1', 'x2', 'x3', 'x4'] as const) a.movImmediate(register, 0);
  };
  clear();
  a.movImmediate('x0', SIGCHLD);
  call('clone');
  a.cbnz('x0', parent);
  a.movImmediate('x0', PR_SET_PDEATHSIG);
  a.movImmediate('x1', SIGKILL);
  call('prctl');
  a.bind(wait);
  clear();
  call('ppoll');
  a.b(wait);
  a.bind(parent);
  a.ret();
  return a.finish();
}

/** Code of a function that writes to the stack, and does nothing else. */
export function stackRoutine(architecture: Architecture): Uint8Array {
  if (architecture === 'x64') {
    const a = new X64Assembler();
    a.push('rbp');
    a.pop('rbp');
    a.ret();
    return a.finish();
  }
  const a = new Arm64Assembler();
  a.stp('x29', 'x30', preIndex('sp', -48));
  a.ldp('x29', 'x30', postIndex('sp', 48));
  a.ret();
  return a.finish();
}
