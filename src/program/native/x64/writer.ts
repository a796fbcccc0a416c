import type { Label } from '../../../assembler/code-buffer.ts';
import { at, type Memory, type X64Assembler } from '../../../assembler/x64/assembler.ts';
import { MAP, PROT } from '../../../system/constants.ts';
import { systemCallNumber } from '../../../system/syscalls.ts';
import { type StartWriterStep, writerFields } from '../../ir.ts';

const SIGCHLD = 17;
const SIGKILL = 9;
const PR_SET_PDEATHSIG = 1;
const FUTEX_WAIT = 0;
const FUTEX_WAKE = 1;

type SystemCall = Parameters<typeof systemCallNumber>[1];

function systemCall(a: X64Assembler, name: SystemCall): void {
  a.mov('rax', systemCallNumber('x64', name));
  a.syscall();
}

/** futex(2) on the 32-bit word at rdi. Shared between processes, without a timeout. */
function futex(a: X64Assembler, operation: number): void {
  a.mov('rsi', operation);
  a.xor32('r10', 'r10');
  systemCall(a, 'futex');
}

/**
 * Forks. In the parent the child's id is left in rax. The child maps the file, and writes the module whenever
 * the counter of what was asked for moves on. Entered with the address at which the module runs in rsi.
 */
export function startWriter(
  a: X64Assembler,
  { fd, length, control }: StartWriterStep,
  { slot, write }: { slot: (index: number) => Memory; write: Label },
): void {
  const [parent, wait, asked] = [a.label('parent'), a.label('wait'), a.label('asked')];
  const [view, shared, done, runsAt] = ['r13', 'r14', 'r12', 'rbp'] as const;
  a.mov('r9', 'rsi');
  a.mov('rdi', SIGCHLD);
  for (const register of ['rsi', 'rdx', 'r10', 'r8'] as const) a.xor32(register, register);
  systemCall(a, 'clone');
  a.test('rax', 'rax');
  a.jne(parent);

  a.mov(runsAt, 'r9');
  a.mov('rdi', PR_SET_PDEATHSIG);
  a.mov('rsi', SIGKILL);
  systemCall(a, 'prctl');
  a.xor32('rdi', 'rdi');
  a.mov('rsi', length);
  a.mov('rdx', PROT.PROT_WRITE);
  a.mov('r10', MAP.MAP_SHARED);
  a.mov('r8', slot(fd.slot));
  a.xor32('r9', 'r9');
  systemCall(a, 'mmap');
  a.mov(view, 'rax');
  a.mov(shared, slot(control.slot));
  a.xor32(done, done);
  a.bind(wait);
  a.mov32('rax', at(shared, writerFields.asked));
  a.cmp('rax', done);
  a.jne(asked);
  a.lea('rdi', at(shared, writerFields.asked));
  a.mov('rdx', done);
  futex(a, FUTEX_WAIT);
  a.jmp(wait);
  a.bind(asked);
  a.mov(done, 'rax');
  a.mov('rdi', view);
  a.mov('rsi', runsAt);
  a.mov('rcx', at(shared, writerFields.counter));
  a.call(write);
  a.mov32(at(shared, writerFields.done), done);
  a.lea('rdi', at(shared, writerFields.done));
  a.mov('rdx', 1);
  futex(a, FUTEX_WAKE);
  a.jmp(wait);
  a.bind(parent);
}

/** Asks for a load, whose counter is in rcx, and waits until it is done. The shared page is at r9. */
export function askWriter(a: X64Assembler): void {
  const [wait, done] = [a.label('wait'), a.label('done')];
  a.mov(at('r9', writerFields.counter), 'rcx');
  a.inc(at('r9', writerFields.asked));
  a.lea('rdi', at('r9', writerFields.asked));
  a.mov('rdx', 1);
  futex(a, FUTEX_WAKE);
  a.bind(wait);
  a.mov32('rdx', at('r9', writerFields.done));
  a.mov32('rax', at('r9', writerFields.asked));
  a.cmp('rax', 'rdx');
  a.je(done);
  a.lea('rdi', at('r9', writerFields.done));
  futex(a, FUTEX_WAIT);
  a.jmp(wait);
  a.bind(done);
  a.xor32('rax', 'rax');
}
