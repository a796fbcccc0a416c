import { type Address, type Arm64Assembler, at } from '../../../assembler/arm64/assembler.ts';
import type { Label } from '../../../assembler/code-buffer.ts';
import { MAP, MREMAP, PROT, SIGNAL } from '../../../system/constants.ts';
import { type SystemCallName, systemCallNumber } from '../../../system/syscalls.ts';
import { type HandleFaultsStep, handlerFields, mappingOf, offsetOf } from '../../ir.ts';
import type { ContextField } from '../context.ts';
import type { FaultHandling } from '../loop.ts';

// asm-generic/signal-defs.h
const [SA_SIGINFO, SA_ONSTACK] = [4, 0x0800_0000];

/** Bytes of the kernel's set of signals. */
const signalSetBytes = 8;

const maxErrno = 4095;

/** Offsets in the kernel's siginfo_t, ucontext and sigcontext (arch/arm64/include/uapi/asm/sigcontext.h). */
const siginfo = { code: 8, address: 16 } as const;
const interrupted = { handlerStack: 16, x20: 344, returnAddress: 424, instruction: 440 } as const;

function systemCall(a: Arm64Assembler, name: SystemCallName): void {
  a.movImmediate('x8', systemCallNumber('arm64', name));
  a.svc(0);
}

/** What the loop keeps where. */
interface Kept {
  readonly context: 'x19';
  readonly remaining: 'x20';
  readonly values: 'x24';
  readonly slot: (index: number) => Address;
  readonly field: (name: ContextField) => Address;
}

/** Installs the handler, and leaves in x0 where it keeps what was there before. */
export function installHandler(
  a: Arm64Assembler,
  { stack }: HandleFaultsStep,
  { context, values, slot }: Kept,
  { handler, check }: { readonly handler: Label; readonly check: () => void },
): void {
  const kept = (offset: number) => at('x6', offset);
  a.ldr('x6', slot(stack.slot));
  a.str(context, kept(handlerFields.context));
  a.str(values, kept(handlerFields.values));
  // stack_t { ss_sp, ss_flags, ss_size }
  a.str('x6', kept(handlerFields.stack));
  a.movImmediate('x9', 0);
  a.str('x9', kept(handlerFields.stack + 8));
  a.movImmediate('x9', stack.length);
  a.str('x9', kept(handlerFields.stack + 16));
  a.add('x0', 'x6', handlerFields.stack);
  a.add('x1', 'x6', handlerFields.stackBefore);
  systemCall(a, 'sigaltstack');
  check();
  // struct sigaction { handler, flags, restorer, mask }: the kernel brings what it returns to.
  a.adr('x9', handler);
  a.str('x9', kept(handlerFields.action));
  a.movImmediate('x9', SA_SIGINFO | SA_ONSTACK);
  a.str('x9', kept(handlerFields.action + 8));
  a.movImmediate('x9', 0);
  a.str('x9', kept(handlerFields.action + 16));
  a.str('x9', kept(handlerFields.action + 24));
  a.movImmediate('x0', SIGNAL.SIGSEGV);
  a.add('x1', 'x6', handlerFields.action);
  a.add('x2', 'x6', handlerFields.actionBefore);
  a.movImmediate('x3', signalSetBytes);
  systemCall(a, 'rt_sigaction');
  check();
  a.add('x0', 'x6', handlerFields.stackBefore);
}

/**
 * void handler(int signal, siginfo_t *, ucontext_t *), which may change all registers: the kernel restores
 * them. Where a page cannot be made, the call returns at once, and the loop ends behind it.
 */
export function emitFaultHandler(
  a: Arm64Assembler,
  { step, run }: Pick<FaultHandling, 'step' | 'run'>,
  pageSize: number,
  { context, remaining, values, slot, field }: Kept,
  {
    write,
    loadCounter,
    completePage,
  }: { readonly write: Label; readonly loadCounter: () => void; readonly completePage: () => void },
): void {
  const [other, failed, unmap] = [a.label('other fault'), a.label('failed'), a.label('unmap')];
  const [sent, done] = [a.label('sent'), a.label('done')];
  const [page, staged, state, back] = ['x25', 'x26', 'x27', 'x28'] as const;
  const { code } = step;
  const pageBits = Math.log2(pageSize);
  a.mov(back, 'x30');
  a.mov(state, 'x2');
  a.ldr('x6', at(state, interrupted.handlerStack));
  // Only where an instruction is fetched: what else meets the code is a mistake.
  a.ldr('x9', at('x1', siginfo.address));
  a.ldr('x10', at(state, interrupted.instruction));
  a.cmp('x9', 'x10');
  a.bne(other);
  a.ldr(context, at('x6', handlerFields.context));
  a.ldr(values, at('x6', handlerFields.values));
  a.ldr('x7', slot(mappingOf(code).slot));
  a.movImmediate('x11', offsetOf(code));
  a.add('x7', 'x7', 'x11');
  a.sub('x9', 'x9', 'x7');
  a.movImmediate('x10', code.length);
  a.cmp('x9', 'x10');
  a.bhs(other);
  a.lsr('x2', 'x9', pageBits);
  a.lsl('x2', 'x2', pageBits);
  a.add(page, 'x7', 'x2');
  a.ldr(remaining, at(state, interrupted.x20));
  a.ldr('x9', field('handled'));
  a.add('x9', 'x9', 1);
  a.str('x9', field('handled'));

  a.movImmediate('x0', 0);
  a.movImmediate('x1', pageSize);
  a.movImmediate('x2', PROT.PROT_READ | PROT.PROT_WRITE);
  a.movImmediate('x3', MAP.MAP_PRIVATE | MAP.MAP_ANONYMOUS);
  a.movImmediate('x4', -1);
  a.movImmediate('x5', 0);
  systemCall(a, 'mmap');
  a.cmn('x0', maxErrno);
  a.bhs(failed);
  a.mov(staged, 'x0');
  a.mov('x1', page);
  a.sub('x2', page, 'x7');
  loadCounter();
  a.bl(write);
  a.mov('x0', staged);
  a.movImmediate('x1', pageSize);
  a.movImmediate('x2', PROT.PROT_READ | PROT.PROT_EXEC);
  systemCall(a, 'mprotect');
  a.cmn('x0', maxErrno);
  a.bhs(unmap);
  a.mov('x0', staged);
  a.movImmediate('x1', pageSize);
  a.movImmediate('x2', pageSize);
  a.movImmediate('x3', MREMAP.MREMAP_MAYMOVE | MREMAP.MREMAP_FIXED);
  a.mov('x4', page);
  systemCall(a, 'mremap');
  a.cmn('x0', maxErrno);
  a.bhs(unmap);
  a.mov('x0', page);
  completePage();
  a.br(back);

  a.bind(unmap);
  a.mov(page, 'x0');
  a.mov('x0', staged);
  a.movImmediate('x1', pageSize);
  systemCall(a, 'munmap');
  a.mov('x0', page);
  a.bind(failed);
  a.neg('x0', 'x0');
  a.str('x0', field('errno'));
  a.movImmediate('x0', run.number);
  a.str('x0', field('failedStep'));
  a.ldr('x9', at(state, interrupted.returnAddress));
  a.str('x9', at(state, interrupted.instruction));
  a.br(back);

  // Met once more, it is the business of who was there before.
  a.bind(other);
  a.ldrw(page, at('x1', siginfo.code));
  a.movImmediate('x0', SIGNAL.SIGSEGV);
  a.add('x1', 'x6', handlerFields.actionBefore);
  a.movImmediate('x2', 0);
  a.movImmediate('x3', signalSetBytes);
  systemCall(a, 'rt_sigaction');
  // What somebody has sent is not met once more: its code is 0 or negative.
  a.cbz(page, sent);
  a.lsr(page, page, 31);
  a.cbz(page, done);
  a.bind(sent);
  systemCall(a, 'gettid');
  a.movImmediate('x1', SIGNAL.SIGSEGV);
  systemCall(a, 'tkill');
  a.bind(done);
  a.br(back);
}
