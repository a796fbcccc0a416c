import { at, X64Assembler } from '../assembler/x64/assembler.ts';
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
const firstError = -4095;

/** Offsets in the kernel's siginfo_t and ucontext (arch/x86/include/uapi/asm/sigcontext.h). */
export const [addressInSiginfo, instructionInContext] = [16, 168];

/**
 * Where the stub keeps the address of its block, and what it has answered, while it waits; and operations and
 * their number.
 */
export const [base, answered] = ['rbx', 'r12'] as const;
const [operation, left] = ['r13', 'r14'] as const;

const argumentRegisters = ['rdi', 'rsi', 'rdx', 'r10', 'r8', 'r9'] as const;

/** The stub in x86-64 machine code. A system call keeps all registers but rax, rcx and r11. */
export function x64Stub(): StubCode {
  const a = new X64Assembler();
  const system = (name: SystemCallName) => emitSystemCall(a, name);
  const label = (name: string) => a.label(name);
  const [wait, work, end] = [label('wait'), label('work'), label('end')];
  const [unseen, look] = [label('unseen'), label('look')];

  // No frame is above this one: what walks stacks ends here.
  a.xor32('rbp', 'rbp');
  a.mov('rdi', PR_SET_PDEATHSIG);
  a.mov('rsi', SIGKILL);
  system('prctl');
  a.mov('rdi', addresses.data);
  a.mov('rsi', blockBytes);
  a.mov('rdx', PROT.PROT_READ | PROT.PROT_WRITE);
  a.mov('r10', MAP.MAP_SHARED | MAP.MAP_FIXED);
  a.mov('r8', descriptors.data);
  a.xor32('r9', 'r9');
  system('mmap');
  a.mov(base, 'rax');
  a.cmp('rax', firstError);
  a.jae(end);
  a.xor32(answered, answered);

  a.bind(wait);
  a.mov(left, field('looks'));
  a.bind(look);
  a.mov32('rax', field('sequence'));
  a.cmp('rax', answered);
  a.jne(work);
  a.pause();
  a.sub(left, 1);
  a.jns(look);
  a.lea('rdi', field('sequence'));
  a.mov('rsi', FUTEX_WAIT);
  a.mov('rdx', answered);
  a.lea('r10', field('idleTimeout'));
  system('futex');
  a.cmp('rax', -ETIMEDOUT);
  a.jne(wait);
  a.mov('rdi', field('host'));
  a.test('rdi', 'rdi');
  a.je(unseen);
  a.xor32('rsi', 'rsi');
  system('kill');
  a.cmp('rax', -ESRCH);
  a.jne(wait);
  a.bind(end);
  a.mov('rdi', 1);
  system('exit_group');
  // Of a host that cannot be seen only its silence tells that it died before it could be told to the kernel.
  a.bind(unseen);
  a.test(answered, answered);
  a.jne(wait);
  a.jmp(end);

  a.bind(work);
  a.mov(answered, 'rax');
  emitOperations(a);
  a.mov32(field('answered'), answered);
  a.lea('rdi', field('answered'));
  a.mov('rsi', FUTEX_WAKE);
  a.mov('rdx', 1);
  system('futex');
  a.jmp(wait);

  const { handler, restorer } = emitHandler(a, () => {
    a.mov('rax', addresses.data);
    a.mov(at('rax', block.faultSignal), 'rdi');
    a.mov('rcx', at('rdx', instructionInContext));
    a.mov(at('rax', block.faultInstruction), 'rcx');
    a.mov('rcx', at('rsi', addressInSiginfo));
    a.mov(at('rax', block.faultAddress), 'rcx');
  });
  return {
    bytes: a.finish(),
    handler: a.offsetOf(handler),
    restorer: a.offsetOf(restorer),
    synchronize: undefined,
  };
}

function field(name: keyof typeof block) {
  return at(base, block[name]);
}

export function emitSystemCall(a: X64Assembler, name: SystemCallName): void {
  a.mov('rax', systemCallNumber('x64', name));
  a.syscall();
}

/** Does the operations of the block that `base` points to. */
export function emitOperations(a: X64Assembler): void {
  const word = (name: keyof typeof operationWords, index = 0) =>
    at(operation, 8 * (operationWords[name] + index));
  const label = (name: string) => a.label(name);
  const [next, code, finish, kept] = [label('next'), label('code'), label('finish'), label('kept')];
  const [failed, store, done] = [label('failed'), label('store'), label('done')];
  a.mov(left, field('count'));
  a.lea(operation, field('operations'));
  a.xor32('rax', 'rax');
  a.mov(field('done'), 'rax');
  a.bind(next);
  a.test(left, left);
  a.je(done);
  argumentRegisters.forEach((register, index) => {
    a.mov('rcx', word('bases', index));
    a.mov(register, word('values', index));
    a.add(register, at('rcx'));
  });
  a.mov('rax', word('number'));
  a.test('rax', 'rax');
  a.js(code);
  a.syscall();
  a.jmp(finish);
  a.bind(code);
  a.cmp('rax', otherOperations.store);
  a.je(store);
  a.mov('rax', 'rdi');
  a.mov('rdi', 'rsi');
  a.mov('rsi', 'rdx');
  a.call('rax');
  a.jmp(finish);
  a.bind(store);
  a.mov(at('rdi'), 'rsi');
  a.xor32('rax', 'rax');
  a.bind(finish);
  a.inc(field('done'));
  a.mov(word('result'), 'rax');
  a.cmp('rax', firstError);
  a.jae(failed);
  a.mov('rcx', word('storeAt'));
  a.test('rcx', 'rcx');
  a.je(kept);
  a.mov(at('rcx'), 'rax');
  a.bind(kept);
  a.add(operation, 2 ** operationShift);
  a.dec(left);
  a.jmp(next);
  a.bind(failed);
  a.mov('rcx', word('mayFail'));
  a.test('rcx', 'rcx');
  a.jne(kept);
  a.bind(done);
}

/**
 * void handler(int signal, siginfo_t *, ucontext_t *): once `report` has told where the signal met the code,
 * it is sent to this thread again, and ends the process when this returns.
 */
export function emitHandler(a: X64Assembler, report: () => void) {
  const [handler, restorer] = [a.label('handler'), a.label('restorer')];
  a.bind(handler);
  report();
  a.mov(answered, 'rdi');
  emitSystemCall(a, 'gettid');
  a.mov('rdi', 'rax');
  a.mov('rsi', answered);
  emitSystemCall(a, 'tkill');
  a.ret();
  a.bind(restorer);
  emitSystemCall(a, 'rt_sigreturn');
  return { handler, restorer };
}
