import { Arm64Assembler, at, postIndex, preIndex } from '../assembler/arm64/assembler.ts';
import type { Label } from '../assembler/code-buffer.ts';
import { MAP, PROT } from '../system/constants.ts';
import { type SystemCallName, systemCallNumber } from '../system/syscalls.ts';
import {
  addresses,
  block,
  blockBytes,
  descriptors,
  operationShift,
  operationWords,
  otherOperations,
  type StubCode,
} from './protocol.ts';

const [FUTEX_WAIT, FUTEX_WAKE, PR_SET_PDEATHSIG, SIGKILL, ESRCH, ETIMEDOUT] = [0, 1, 1, 9, 3, 110];
const maxErrno = 4095;

/** Offsets in the kernel's siginfo_t and ucontext (arch/arm64/include/uapi/asm/{ucontext,sigcontext}.h). */
export const [addressInSiginfo, instructionInContext] = [16, 440];

/**
 * Where the stub keeps the address of its block, and what it has answered, while it waits; and operations and
 * their number.
 */
export const [base, answered] = ['x19', 'x20'] as const;
const [operation, left] = ['x21', 'x22'] as const;

const argumentRegisters = ['x0', 'x1', 'x2', 'x3', 'x4', 'x5'] as const;

/** The stub in AArch64 machine code. A system call keeps all registers but x0. */
export function arm64Stub(): StubCode {
  const a = new Arm64Assembler();
  const system = (name: SystemCallName) => emitSystemCall(a, name);
  const label = (name: string) => a.label(name);
  const [wait, work, end] = [label('wait'), label('work'), label('end')];
  const [unseen, look] = [label('unseen'), label('look')];

  // No frame is above this one: what walks stacks ends here.
  a.movImmediate('x29', 0);
  a.movImmediate('x0', PR_SET_PDEATHSIG);
  a.movImmediate('x1', SIGKILL);
  system('prctl');
  a.movImmediate('x0', addresses.data);
  a.movImmediate('x1', blockBytes);
  a.movImmediate('x2', PROT.PROT_READ | PROT.PROT_WRITE);
  a.movImmediate('x3', MAP.MAP_SHARED | MAP.MAP_FIXED);
  a.movImmediate('x4', descriptors.data);
  a.movImmediate('x5', 0);
  system('mmap');
  a.mov(base, 'x0');
  a.cmn('x0', maxErrno);
  a.bhs(end);
  a.movImmediate(answered, 0);

  a.bind(wait);
  a.ldr(left, field('looks'));
  a.bind(look);
  a.ldrw('x9', field('sequence'));
  a.cmp('x9', answered);
  a.bne(work);
  a.yield();
  a.subs(left, left, 1);
  a.bge(look);
  a.add('x0', base, block.sequence);
  a.movImmediate('x1', FUTEX_WAIT);
  a.mov('x2', answered);
  a.add('x3', base, block.idleTimeout);
  system('futex');
  a.cmn('x0', ETIMEDOUT);
  a.bne(wait);
  a.ldr('x0', field('host'));
  a.cbz('x0', unseen);
  a.movImmediate('x1', 0);
  system('kill');
  a.cmn('x0', ESRCH);
  a.bne(wait);
  a.bind(end);
  a.movImmediate('x0', 1);
  system('exit_group');
  // Of a host that cannot be seen only its silence tells that it died before it could be told to the kernel.
  a.bind(unseen);
  a.cbnz(answered, wait);
  a.b(end);

  a.bind(work);
  a.mov(answered, 'x9');
  // What the host wrote before it raised the sequence is seen from here on.
  a.dsb_ish();
  emitOperations(a);
  a.dsb_ish();
  a.strw(answered, field('answered'));
  a.add('x0', base, block.answered);
  a.movImmediate('x1', FUTEX_WAKE);
  a.movImmediate('x2', 1);
  system('futex');
  a.b(wait);

  const handler = emitHandler(a, () => {
    a.movImmediate('x9', addresses.data);
    a.str('x0', at('x9', block.faultSignal));
    a.ldr('x10', at('x2', instructionInContext));
    a.str('x10', at('x9', block.faultInstruction));
    a.ldr('x10', at('x1', addressInSiginfo));
    a.str('x10', at('x9', block.faultAddress));
  });
  const synchronize = emitSynchronize(a);
  return {
    bytes: a.finish(),
    handler: a.offsetOf(handler),
    restorer: undefined,
    synchronize: a.offsetOf(synchronize),
  };
}

function field(name: keyof typeof block) {
  return at(base, block[name]);
}

export function emitSystemCall(a: Arm64Assembler, name: SystemCallName): void {
  a.movImmediate('x8', systemCallNumber('arm64', name));
  a.svc(0);
}

/** Does the operations of the block that `base` points to. */
export function emitOperations(a: Arm64Assembler): void {
  const word = (name: keyof typeof operationWords, index = 0) =>
    at(operation, 8 * (operationWords[name] + index));
  const label = (name: string) => a.label(name);
  const [next, code, finish, kept] = [label('next'), label('code'), label('finish'), label('kept')];
  const [failed, store, done] = [label('failed'), label('store'), label('done')];
  a.ldr(left, field('count'));
  a.add(operation, base, block.operations);
  a.str('xzr', field('done'));
  a.bind(next);
  a.cbz(left, done);
  argumentRegisters.forEach((register, index) => {
    a.ldr('x9', word('bases', index));
    a.ldr('x9', at('x9'));
    a.ldr(register, word('values', index));
    a.add(register, register, 'x9');
  });
  a.ldr('x8', word('number'));
  a.cmp('x8', 0);
  a.blt(code);
  a.svc(0);
  a.b(finish);
  a.bind(code);
  a.cmn('x8', -otherOperations.store);
  a.beq(store);
  a.mov('x9', 'x0');
  a.mov('x0', 'x1');
  a.mov('x1', 'x2');
  a.blr('x9');
  a.b(finish);
  a.bind(store);
  a.str('x1', at('x0'));
  a.movImmediate('x0', 0);
  a.bind(finish);
  a.ldr('x9', field('done'));
  a.add('x9', 'x9', 1);
  a.str('x9', field('done'));
  a.str('x0', word('result'));
  a.cmn('x0', maxErrno);
  a.bhs(failed);
  a.ldr('x9', word('storeAt'));
  a.cbz('x9', kept);
  a.str('x0', at('x9'));
  a.bind(kept);
  a.add(operation, operation, 2 ** operationShift);
  a.sub(left, left, 1);
  a.b(next);
  a.bind(failed);
  a.ldr('x9', word('mayFail'));
  a.cbnz('x9', kept);
  a.bind(done);
}

/**
 * void handler(int signal, siginfo_t *, ucontext_t *): once `report` has told where the signal met the code,
 * it is sent to this thread again, and ends the process when this returns.
 */
export function emitHandler(a: Arm64Assembler, report: () => void): Label {
  const handler = a.label('handler');
  a.bind(handler);
  report();
  a.mov(answered, 'x0');
  emitSystemCall(a, 'gettid');
  a.mov('x1', answered);
  // Not kill: another of the threads of QEMU's user mode may get that, which dies of a SIGSEGV.
  emitSystemCall(a, 'tkill');
  a.ret();
  return handler;
}

/**
 * void synchronize(start, end): makes what the host wrote through another mapping the code that runs (Arm ARM
 * B2.4.4).
 */
export function emitSynchronize(a: Arm64Assembler): Label {
  const synchronize = a.label('synchronize');
  a.bind(synchronize);
  a.stp('x29', 'x30', preIndex('sp', -16));
  for (const [operationName, lowestBit] of [
    ['dc_cvau', 16],
    ['ic_ivau', 0],
  ] as const) {
    const line = a.label('line');
    a.mrs('x13', 'ctr_el0');
    a.ubfx('x13', 'x13', lowestBit, 4);
    a.movImmediate('x14', 4);
    a.lslv('x13', 'x14', 'x13');
    a.mov('x15', 'x0');
    a.bind(line);
    a[operationName]('x15');
    a.add('x15', 'x15', 'x13');
    a.cmp('x15', 'x1');
    a.blo(line);
    a.dsb_ish();
  }
  a.isb();
  a.movImmediate('x0', 0);
  a.ldp('x29', 'x30', postIndex('sp', 16));
  a.ret();
  return synchronize;
}
