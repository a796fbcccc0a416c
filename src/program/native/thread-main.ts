import { Arm64Assembler, at as at64, postIndex, preIndex } from '../../assembler/arm64.ts';
import { at, X64Assembler } from '../../assembler/x64.ts';
import type { Architecture } from '../../system/architecture.ts';
import { systemCallNumber } from '../../system/syscalls.ts';
import { fieldOffset } from './context.ts';
import { type ThreadField, threadFieldOffset } from './thread-block.ts';

const CLOCK_MONOTONIC = 1;
const nsPerSecond = 1_000_000_000;

/**
 * The machine code `void *thread_main(void *block)`: waits for the moment at which all threads of a team begin, without sleeping,
 * and then runs batches until the moment at which they end, or until a step fails.
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
  const [wait, again, done] = [a.label('wait'), a.label('again'), a.label('done')];
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
  a.push('rax'); // keeps the stack aligned to 16 bytes for the calls
  a.mov('rbx', 'rdi');
  a.bind(wait);
  now();
  a.cmp('rax', field('startAt'));
  a.jb(wait);
  a.mov(field('startedAt'), 'rax');
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
  a.cmp('rax', field('endAt'));
  a.jb(again);
  a.bind(done);
  a.xor32('rax', 'rax');
  a.pop('rcx');
  a.pop('rbx');
  a.pop('rbp');
  a.ret();
  return a.finish();
}

function arm64ThreadMain(): Uint8Array {
  const a = new Arm64Assembler();
  const block = 'x19';
  const field = (name: ThreadField) => at64(block, threadFieldOffset(name));
  const [wait, again, done] = [a.label('wait'), a.label('again'), a.label('done')];
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
  a.str(block, at64('sp', 16));
  a.mov(block, 'x0');
  a.bind(wait);
  now();
  a.ldr('x9', field('startAt'));
  a.cmp('x0', 'x9');
  a.blo(wait);
  a.str('x0', field('startedAt'));
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
  a.ldr('x9', field('endAt'));
  a.cmp('x0', 'x9');
  a.blo(again);
  a.bind(done);
  a.movImmediate('x0', 0);
  a.ldr(block, at64('sp', 16));
  a.ldp('x29', 'x30', postIndex('sp', 32));
  a.ret();
  return a.finish();
}
