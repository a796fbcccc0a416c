import { type Address, type Arm64Assembler, at } from '../../../assembler/arm64/assembler.ts';
import type { Label } from '../../../assembler/code-buffer.ts';
import { MAP, PROT } from '../../../system/constants.ts';
import { systemCallNumber } from '../../../system/syscalls.ts';
import { type StartWriterStep, writerFields } from '../../ir.ts';

const SIGCHLD = 17;
const SIGKILL = 9;
const PR_SET_PDEATHSIG = 1;
const FUTEX_WAIT = 0;
const FUTEX_WAKE = 1;

function systemCall(a: Arm64Assembler, name: Parameters<typeof systemCallNumber>[1]): void {
  a.movImmediate('x8', systemCallNumber('arm64', name));
  a.svc(0);
}

/** futex(2) on the 32-bit word at x0. Shared between processes, without a timeout. */
function futex(a: Arm64Assembler, operation: number): void {
  a.movImmediate('x1', operation);
  a.movImmediate('x3', 0);
  systemCall(a, 'futex');
}

/**
 * Forks. In the parent the child's id is left in x0. The child maps the file, and writes the module whenever
 * the counter of what was asked for moves on. Entered with the address at which the module runs in x6.
 */
export function startWriter(
  a: Arm64Assembler,
  { fd, length, control }: StartWriterStep,
  { slot, write }: { slot: (index: number) => Address; write: Label },
): void {
  const [parent, wait, asked] = [a.label('parent'), a.label('wait'), a.label('asked')];
  const [view, shared, done, runsAt] = ['x25', 'x26', 'x27', 'x28'] as const;
  a.movImmediate('x0', SIGCHLD);
  for (const register of ['x1', 'x2', 'x3', 'x4'] as const) a.movImmediate(register, 0);
  systemCall(a, 'clone');
  a.cbnz('x0', parent);

  a.mov(runsAt, 'x6');
  a.movImmediate('x0', PR_SET_PDEATHSIG);
  a.movImmediate('x1', SIGKILL);
  systemCall(a, 'prctl');
  a.movImmediate('x0', 0);
  a.movImmediate('x1', length);
  a.movImmediate('x2', PROT.PROT_WRITE);
  a.movImmediate('x3', MAP.MAP_SHARED);
  a.ldr('x4', slot(fd.slot));
  a.movImmediate('x5', 0);
  systemCall(a, 'mmap');
  a.mov(view, 'x0');
  a.ldr(shared, slot(control.slot));
  a.movImmediate(done, 0);
  a.bind(wait);
  a.ldrw('x9', at(shared, writerFields.asked));
  a.cmp('x9', done);
  a.bne(asked);
  a.add('x0', shared, writerFields.asked);
  a.mov('x2', done);
  futex(a, FUTEX_WAIT);
  a.b(wait);
  a.bind(asked);
  // What was asked for was stored before the counter moved.
  a.dsb_ish();
  a.mov(done, 'x9');
  a.mov('x0', view);
  a.mov('x1', runsAt);
  a.ldr('x3', at(shared, writerFields.counter));
  a.bl(write);
  a.dsb_ish();
  a.strw(done, at(shared, writerFields.done));
  a.add('x0', shared, writerFields.done);
  a.movImmediate('x2', 1);
  futex(a, FUTEX_WAKE);
  a.b(wait);
  a.bind(parent);
}

/** Asks for a load, whose counter is in x3, and waits until it is done. The shared page is at x6. */
export function askWriter(a: Arm64Assembler): void {
  const [wait, done] = [a.label('wait'), a.label('done')];
  a.str('x3', at('x6', writerFields.counter));
  a.dsb_ish();
  a.ldrw('x9', at('x6', writerFields.asked));
  a.add('x9', 'x9', 1);
  a.strw('x9', at('x6', writerFields.asked));
  a.add('x0', 'x6', writerFields.asked);
  a.movImmediate('x2', 1);
  futex(a, FUTEX_WAKE);
  a.bind(wait);
  a.ldrw('x2', at('x6', writerFields.done));
  a.ldrw('x9', at('x6', writerFields.asked));
  a.cmp('x2', 'x9');
  a.beq(done);
  a.add('x0', 'x6', writerFields.done);
  futex(a, FUTEX_WAIT);
  a.b(wait);
  a.bind(done);
  a.dsb_ish();
  a.movImmediate('x0', 0);
}
