import type { Label } from '../../../assembler/code-buffer.ts';
import { at, type Memory, type X64Assembler } from '../../../assembler/x64/assembler.ts';
import { MAP, MREMAP, PROT, SIGNAL } from '../../../system/constants.ts';
import { type SystemCallName, systemCallNumber } from '../../../system/syscalls.ts';
import { type HandleFaultsStep, handlerFields, mappingOf, offsetOf } from '../../ir.ts';
import type { ContextField } from '../context.ts';
import type { FaultHandling } from '../loop.ts';

// asm-generic/signal-defs.h, and arch/x86/include/uapi/asm/signal.h
const [SA_SIGINFO, SA_ONSTACK, SA_RESTORER] = [4, 0x0800_0000, 0x0400_0000];

/** Bytes of the kernel's set of signals. */
const signalSetBytes = 8;

const firstError = -4095;

/** Offsets in the kernel's siginfo_t, ucontext and sigcontext (arch/x86/include/uapi/asm/sigcontext.h). */
const siginfo = { code: 8, address: 16 } as const;
const interrupted = { handlerStack: 16, r12: 72, stackPointer: 160, instruction: 168 } as const;

function systemCall(a: X64Assembler, name: SystemCallName): void {
  a.mov('rax', systemCallNumber('x64', name));
  a.syscall();
}

/** What the loop keeps where. */
interface Kept {
  readonly context: 'rbx';
  readonly remaining: 'r12';
  readonly values: 'r15';
  readonly slot: (index: number) => Memory;
  readonly field: (name: ContextField) => Memory;
}

/** Installs the handler, and leaves in rax where it keeps what was there before. */
export function installHandler(
  a: X64Assembler,
  { stack }: HandleFaultsStep,
  { context, values, slot }: Kept,
  { handler, check }: { readonly handler: Label; readonly check: () => void },
): void {
  const [restorer, behind] = [a.label('restorer'), a.label('behind the restorer')];
  const kept = (offset: number) => at('r8', offset);
  a.mov('r8', slot(stack.slot));
  a.mov(kept(handlerFields.context), context);
  a.mov(kept(handlerFields.values), values);
  // stack_t { ss_sp, ss_flags, ss_size }
  a.mov(kept(handlerFields.stack), 'r8');
  a.xor32('rax', 'rax');
  a.mov(kept(handlerFields.stack + 8), 'rax');
  a.mov('rax', stack.length);
  a.mov(kept(handlerFields.stack + 16), 'rax');
  a.lea('rdi', kept(handlerFields.stack));
  a.lea('rsi', kept(handlerFields.stackBefore));
  systemCall(a, 'sigaltstack');
  check();
  // struct sigaction { handler, flags, restorer, mask }
  a.lea('rax', handler);
  a.mov(kept(handlerFields.action), 'rax');
  a.mov('rax', SA_SIGINFO | SA_ONSTACK | SA_RESTORER);
  a.mov(kept(handlerFields.action + 8), 'rax');
  a.lea('rax', restorer);
  a.mov(kept(handlerFields.action + 16), 'rax');
  a.xor32('rax', 'rax');
  a.mov(kept(handlerFields.action + 24), 'rax');
  a.mov('rdi', SIGNAL.SIGSEGV);
  a.lea('rsi', kept(handlerFields.action));
  a.lea('rdx', kept(handlerFields.actionBefore));
  a.mov('r10', signalSetBytes);
  systemCall(a, 'rt_sigaction');
  check();
  a.lea('rax', kept(handlerFields.stackBefore));
  a.jmp(behind);
  a.bind(restorer);
  systemCall(a, 'rt_sigreturn');
  a.bind(behind);
}

/**
 * void handler(int signal, siginfo_t *, ucontext_t *), which may change all registers: the kernel restores
 * them. Where a page cannot be made, the call returns at once, and the loop ends behind it.
 */
export function emitFaultHandler(
  a: X64Assembler,
  { step, run }: Pick<FaultHandling, 'step' | 'run'>,
  pageSize: number,
  { context, remaining, values, slot, field }: Kept,
  { write, loadCounter }: { readonly write: Label; readonly loadCounter: () => void },
): void {
  const [other, failed, unmap] = [a.label('other fault'), a.label('failed'), a.label('unmap')];
  const [sent, done] = [a.label('sent'), a.label('done')];
  const [page, staged, state] = ['r13', 'r14', 'rbp'] as const;
  const { code } = step;
  a.mov(state, 'rdx');
  a.mov('r8', at(state, interrupted.handlerStack));
  // Only where an instruction is fetched: what else meets the code is a mistake.
  a.mov('rax', at('rsi', siginfo.address));
  a.cmp('rax', at(state, interrupted.instruction));
  a.jne(other);
  a.mov(context, at('r8', handlerFields.context));
  a.mov(values, at('r8', handlerFields.values));
  a.mov('rcx', slot(mappingOf(code).slot));
  if (offsetOf(code) !== 0) a.add('rcx', offsetOf(code));
  a.sub('rax', 'rcx');
  a.mov('rdx', code.length);
  a.cmp('rax', 'rdx');
  a.jae(other);
  a.and('rax', -pageSize);
  a.mov(page, 'rcx');
  a.add(page, 'rax');
  a.mov(remaining, at(state, interrupted.r12));
  a.inc(field('handled'));

  a.xor32('rdi', 'rdi');
  a.mov('rsi', pageSize);
  a.mov('rdx', PROT.PROT_READ | PROT.PROT_WRITE);
  a.mov('r10', MAP.MAP_PRIVATE | MAP.MAP_ANONYMOUS);
  a.mov('r8', -1);
  a.xor32('r9', 'r9');
  systemCall(a, 'mmap');
  a.cmp('rax', firstError);
  a.jae(failed);
  a.mov(staged, 'rax');
  a.mov('rdi', staged);
  a.mov('rsi', page);
  a.mov('rdx', page);
  a.sub('rdx', slot(mappingOf(code).slot));
  if (offsetOf(code) !== 0) a.sub('rdx', offsetOf(code));
  loadCounter();
  a.call(write);
  a.mov('rdi', staged);
  a.mov('rsi', pageSize);
  a.mov('rdx', PROT.PROT_READ | PROT.PROT_EXEC);
  systemCall(a, 'mprotect');
  a.cmp('rax', firstError);
  a.jae(unmap);
  a.mov('rdi', staged);
  a.mov('rsi', pageSize);
  a.mov('rdx', pageSize);
  a.mov('r10', MREMAP.MREMAP_MAYMOVE | MREMAP.MREMAP_FIXED);
  a.mov('r8', page);
  systemCall(a, 'mremap');
  a.cmp('rax', firstError);
  a.jae(unmap);
  a.ret();

  a.bind(unmap);
  a.mov(page, 'rax');
  a.mov('rdi', staged);
  a.mov('rsi', pageSize);
  systemCall(a, 'munmap');
  a.mov('rax', page);
  a.bind(failed);
  a.neg('rax');
  a.mov(field('errno'), 'rax');
  a.mov('rax', run.number);
  a.mov(field('failedStep'), 'rax');
  a.mov('rcx', at(state, interrupted.stackPointer));
  a.mov('rax', at('rcx'));
  a.mov(at(state, interrupted.instruction), 'rax');
  a.add('rcx', 8);
  a.mov(at(state, interrupted.stackPointer), 'rcx');
  a.ret();

  // Met once more, it is the business of who was there before.
  a.bind(other);
  a.mov32(page, at('rsi', siginfo.code));
  a.mov('rdi', SIGNAL.SIGSEGV);
  a.lea('rsi', at('r8', handlerFields.actionBefore));
  a.xor32('rdx', 'rdx');
  a.mov('r10', signalSetBytes);
  systemCall(a, 'rt_sigaction');
  // What somebody has sent is not met once more: its code is 0 or negative.
  a.shl(page, 32);
  a.test(page, page);
  a.je(sent);
  a.jns(done);
  a.bind(sent);
  systemCall(a, 'gettid');
  a.mov('rdi', 'rax');
  a.mov('rsi', SIGNAL.SIGSEGV);
  systemCall(a, 'tkill');
  a.bind(done);
  a.ret();
}
