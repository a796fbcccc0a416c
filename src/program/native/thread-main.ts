import { Arm64Assembler, at as at64, postIndex, preIndex } from '../../assembler/arm64.ts';
import { at, X64Assembler } from '../../assembler/x64.ts';
import type { Architecture } from '../../system/architecture.ts';
import { systemCallNumber } from '../../system/syscalls.ts';
import { fieldOffset } from './context.ts';
import { type ThreadField, threadFieldOffset, threadStride } from './thread-block.ts';

const CLOCK_MONOTONIC = 1;
const nsPerSecond = 1_000_000_000;

/**
 * The machine code `void *thread_main(void *block)`: waits without sleeping until all threads of a team have arrived, and then runs
 * batches for the time that is asked for, or until a step fails.
 */
export function threadMain(architecture: Architecture): Uint8Array {
  return makers[architecture]();
}

const makers: Readonly<Record<Architecture, () => Uint8Array>> = {
  x64: x64ThreadMain,
  arm64: arm64ThreadMain,
};

function x64ThreadMain(): Uint8Array {
  const a = new X64Assembler();
  const field = (name: ThreadField) => at('rbx', threadFieldOffset(name));
  const wait = a.label('wait');
  const look = a.label('look');
  const again = a.label('again');
  const done = a.label('done');
  const now = () => {
    a.mov('rax', systemCallNumber('x64', 'clock_gettime'));
    a.mov('rdi', CLOCK_MONOTONIC);
    a.lea('rsi', field('seconds'));
    a.syscall();
    a.mov('rax', field('seconds'));
    a.mov('rcx', nsPerSecond);
    a.imul('rax', 'rcx');
    a.add('rax', field('nanoseconds'));
  };
  a.endbr64();
  a.push('rbp');
  a.mov('rbp', 'rsp');
  a.push('rbx');
  a.push('r12');
  a.mov('rbx', 'rdi');
  a.mov('rax', 1);
  a.mov(field('arrived'), 'rax');
  a.bind(wait);
  a.mov('rcx', field('first'));
  a.mov('rdx', field('threads'));
  a.bind(look);
  a.mov('rax', at('rcx', threadFieldOffset('arrived')));
  a.test('rax', 'rax');
  a.je(wait);
  a.add('rcx', threadStride);
  a.dec('rdx');
  a.jne(look);
  now();
  a.mov(field('startedAt'), 'rax');
  a.mov('r12', 'rax');
  a.add('r12', field('duration'));
  a.bind(again);
  a.mov('rdi', field('context'));
  a.mov('rax', field('loop'));
  a.call('rax');
  a.add(field('batches'), 1);
  a.mov('rdx', field('context'));
  // No two iterations have one number.
  a.mov('rax', at('rdx', fieldOffset('iterations')));
  a.add(at('rdx', fieldOffset('stampBase')), 'rax');
  a.mov('rax', at('rdx', fieldOffset('failedStep')));
  a.test('rax', 'rax');
  a.jne(done);
  now();
  a.mov(field('finishedAt'), 'rax');
  a.cmp('rax', 'r12');
  a.jb(again);
  a.bind(done);
  a.xor32('rax', 'rax');
  a.pop('r12');
  a.pop('rbx');
  a.pop('rbp');
  a.ret();
  return a.finish();
}

function arm64ThreadMain(): Uint8Array {
  const a = new Arm64Assembler();
  const [block, end] = ['x19', 'x20'] as const;
  const field = (name: ThreadField) => at64(block, threadFieldOffset(name));
  const wait = a.label('wait');
  const look = a.label('look');
  const again = a.label('again');
  const done = a.label('done');
  const now = () => {
    a.movImmediate('x8', systemCallNumber('arm64', 'clock_gettime'));
    a.movImmediate('x0', CLOCK_MONOTONIC);
    a.add('x1', block, threadFieldOffset('seconds'));
    a.svc(0);
    a.ldr('x0', field('seconds'));
    a.movImmediate('x9', nsPerSecond);
    a.mul('x0', 'x0', 'x9');
    a.ldr('x9', field('nanoseconds'));
    a.add('x0', 'x0', 'x9');
  };
  a.bti_c();
  a.stp('x29', 'x30', preIndex('sp', -32));
  a.mov('x29', 'sp');
  a.stp(block, end, at64('sp', 16));
  a.mov(block, 'x0');
  a.movImmediate('x9', 1);
  a.str('x9', field('arrived'));
  a.bind(wait);
  a.ldr('x10', field('first'));
  a.ldr('x11', field('threads'));
  a.bind(look);
  a.ldr('x9', at64('x10', threadFieldOffset('arrived')));
  a.cbz('x9', wait);
  a.movImmediate('x9', threadStride);
  a.add('x10', 'x10', 'x9');
  a.subs('x11', 'x11', 1);
  a.bne(look);
  now();
  a.str('x0', field('startedAt'));
  a.ldr('x9', field('duration'));
  a.add(end, 'x0', 'x9');
  a.bind(again);
  a.ldr('x0', field('context'));
  a.ldr('x9', field('loop'));
  a.blr('x9');
  a.ldr('x9', field('batches'));
  a.add('x9', 'x9', 1);
  a.str('x9', field('batches'));
  a.ldr('x10', field('context'));
  // No two iterations have one number.
  a.ldr('x9', at64('x10', fieldOffset('iterations')));
  a.ldr('x11', at64('x10', fieldOffset('stampBase')));
  a.add('x11', 'x11', 'x9');
  a.str('x11', at64('x10', fieldOffset('stampBase')));
  a.ldr('x9', at64('x10', fieldOffset('failedStep')));
  a.cbnz('x9', done);
  now();
  a.str('x0', field('finishedAt'));
  a.cmp('x0', end);
  a.blo(again);
  a.bind(done);
  a.movImmediate('x0', 0);
  a.ldp(block, end, at64('sp', 16));
  a.ldp('x29', 'x30', postIndex('sp', 32));
  a.ret();
  return a.finish();
}
