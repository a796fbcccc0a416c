import { Arm64Assembler, at as at64, postIndex, preIndex } from '../../assembler/arm64/assembler.ts';
import { at, X64Assembler } from '../../assembler/x64/assembler.ts';
import { type Architecture, systemCallNumber } from '../../system/syscalls.ts';
import type { ThreadFunctions } from '../../target/measured-process.ts';
import { cpuMask, fieldOffset, type ThreadField, threadFieldOffset, threadStride } from './context.ts';

const CLOCK_MONOTONIC = 1;
const TIMER_ABSTIME = 1;
const FUTEX_WAIT = 0;
const nsPerSecond = 1_000_000_000;

// CLONE_ constants of linux/sched.h: a thread, whose id the kernel writes to its block and clears when it
// ends.
const cloneFlags = 0x100 | 0x200 | 0x400 | 0x800 | 0x10000 | 0x40000 | 0x100000 | 0x200000; // VM FS FILES SIGHAND THREAD SYSVSEM *_SETTID *_CLEARTID

/**
 * The machine code `long start_thread(void *block)`, which returns the new thread's id or a negative errno.
 * The thread goes to its CPU, waits until all threads of a team are there, without sleeping where each has a
 * CPU of its own, and then runs batches for the time that is asked for, or until a step fails. `threads`: the
 * C library of the process starts the thread, and what is kept as its id is a pthread_t.
 */
export function threadMain(architecture: Architecture, threads?: ThreadFunctions): Uint8Array {
  return makers[architecture](threads);
}

const makers: Readonly<Record<Architecture, (threads?: ThreadFunctions) => Uint8Array>> = {
  x64: x64ThreadMain,
  arm64: arm64ThreadMain,
};

function x64ThreadMain(threads?: ThreadFunctions): Uint8Array {
  const a = new X64Assembler();
  const field = (name: ThreadField) => at('rbx', threadFieldOffset(name));
  const system = (name: Parameters<typeof systemCallNumber>[1]) => {
    a.mov('rax', systemCallNumber('x64', name));
    a.syscall();
  };
  const sleep = a.label('sleep');
  const until = a.label('until');
  const wait = a.label('wait');
  const look = a.label('look');
  const ready = a.label('ready');
  const again = a.label('again');
  const done = a.label('done');
  const now = () => {
    a.mov('rdi', CLOCK_MONOTONIC);
    a.lea('rsi', field('seconds'));
    system('clock_gettime');
    a.mov('rax', field('seconds'));
    a.mov('rcx', nsPerSecond);
    a.imul('rax', 'rcx');
    a.add('rax', field('nanoseconds'));
  };
  const parent = a.label('parent');
  const body = a.label('body');
  a.endbr64();
  a.push('rbx');
  a.mov('rbx', 'rdi');
  if (threads === undefined) {
    a.mov('rdi', cloneFlags);
    a.mov('rsi', field('stack'));
    a.lea('rdx', field('id'));
    a.lea('r10', field('id'));
    a.xor32('r8', 'r8');
    system('clone');
    a.test('rax', 'rax');
    a.jne(parent);
    a.xor32('rbp', 'rbp');
  } else {
    a.lea('rdi', field('id'));
    a.xor32('rsi', 'rsi');
    a.lea('rdx', body);
    a.mov('rcx', 'rbx');
    a.mov('rax', threads.threadCreate);
    a.call('rax');
    // An errno, as the kernel has it.
    a.neg('rax');
    a.jmp(parent);
    // void *body(void *block)
    a.bind(body);
    a.endbr64();
    a.push('rbp');
    a.mov('rbp', 'rsp');
    a.push('rbx');
    a.push('r12');
    a.mov('rbx', 'rdi');
  }
  a.xor32('rdi', 'rdi');
  a.mov('rsi', cpuMask.bytes);
  a.lea('rdx', at('rbx', cpuMask.offset));
  system('sched_setaffinity');
  a.mov('rax', 1);
  a.mov(field('arrived'), 'rax');
  a.mov('rax', field('sleeps'));
  a.test('rax', 'rax');
  a.je(wait);
  a.bind(sleep);
  a.mov('rdi', field('first'));
  a.add('rdi', threadFieldOffset('go'));
  a.mov('rax', at('rdi', 0));
  a.test('rax', 'rax');
  a.jne(until);
  a.mov('rsi', FUTEX_WAIT);
  a.xor32('rdx', 'rdx');
  a.xor32('r10', 'r10');
  system('futex');
  a.jmp(sleep);
  a.bind(until);
  a.mov('rdi', CLOCK_MONOTONIC);
  a.mov('rsi', TIMER_ABSTIME);
  a.lea('rdx', field('seconds'));
  a.xor32('r10', 'r10');
  system('clock_nanosleep');
  a.jmp(ready);
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
  a.bind(ready);
  now();
  a.mov(field('startedAt'), 'rax');
  a.mov('r12', 'rax');
  a.add('r12', field('duration'));
  a.bind(again);
  a.mov('rdi', field('context'));
  a.xor32('rsi', 'rsi');
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
  if (threads === undefined) {
    a.xor32('rdi', 'rdi');
    system('exit');
  } else {
    a.xor32('rax', 'rax');
    a.pop('r12');
    a.pop('rbx');
    a.pop('rbp');
    a.ret();
  }
  a.bind(parent);
  a.pop('rbx');
  a.ret();
  return a.finish();
}

function arm64ThreadMain(threads?: ThreadFunctions): Uint8Array {
  const a = new Arm64Assembler();
  const [block, end] = ['x19', 'x20'] as const;
  const field = (name: ThreadField) => at64(block, threadFieldOffset(name));
  const system = (name: Parameters<typeof systemCallNumber>[1]) => {
    a.movImmediate('x8', systemCallNumber('arm64', name));
    a.svc(0);
  };
  const parent = a.label('parent');
  const sleep = a.label('sleep');
  const until = a.label('until');
  const wait = a.label('wait');
  const look = a.label('look');
  const ready = a.label('ready');
  const again = a.label('again');
  const done = a.label('done');
  const now = () => {
    a.movImmediate('x0', CLOCK_MONOTONIC);
    a.add('x1', block, threadFieldOffset('seconds'));
    system('clock_gettime');
    a.ldr('x0', field('seconds'));
    a.movImmediate('x9', nsPerSecond);
    a.mul('x0', 'x0', 'x9');
    a.ldr('x9', field('nanoseconds'));
    a.add('x0', 'x0', 'x9');
  };
  a.bti_c();
  a.stp('x29', 'x30', preIndex('sp', -32));
  a.stp(block, end, at64('sp', 16));
  a.mov(block, 'x0');
  const body = a.label('body');
  if (threads === undefined) {
    a.movImmediate('x0', cloneFlags);
    a.ldr('x1', field('stack'));
    a.add('x2', block, threadFieldOffset('id'));
    a.movImmediate('x3', 0);
    a.add('x4', block, threadFieldOffset('id'));
    system('clone');
    a.cbnz('x0', parent);
    a.movImmediate('x29', 0);
  } else {
    a.mov('x29', 'sp');
    a.add('x0', block, threadFieldOffset('id'));
    a.movImmediate('x1', 0);
    a.adr('x2', body);
    a.mov('x3', block);
    a.movImmediate('x9', threads.threadCreate);
    a.blr('x9');
    // An errno, as the kernel has it.
    a.neg('x0', 'x0');
    a.b(parent);
    // void *body(void *block)
    a.bind(body);
    a.bti_c();
    a.stp('x29', 'x30', preIndex('sp', -32));
    a.stp(block, end, at64('sp', 16));
    a.mov('x29', 'sp');
    a.mov(block, 'x0');
    a.movImmediate('x0', 0);
  }
  a.movImmediate('x1', cpuMask.bytes);
  a.add('x2', block, cpuMask.offset);
  system('sched_setaffinity');
  a.movImmediate('x9', 1);
  a.str('x9', field('arrived'));
  a.ldr('x9', field('sleeps'));
  a.cbz('x9', wait);
  a.bind(sleep);
  a.ldr('x0', field('first'));
  a.add('x0', 'x0', threadFieldOffset('go'));
  a.ldr('x9', at64('x0', 0));
  a.cbnz('x9', until);
  a.movImmediate('x1', FUTEX_WAIT);
  a.movImmediate('x2', 0);
  a.movImmediate('x3', 0);
  system('futex');
  a.b(sleep);
  a.bind(until);
  a.movImmediate('x0', CLOCK_MONOTONIC);
  a.movImmediate('x1', TIMER_ABSTIME);
  a.add('x2', block, threadFieldOffset('seconds'));
  a.movImmediate('x3', 0);
  system('clock_nanosleep');
  a.b(ready);
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
  a.bind(ready);
  now();
  a.str('x0', field('startedAt'));
  a.ldr('x9', field('duration'));
  a.add(end, 'x0', 'x9');
  a.bind(again);
  a.ldr('x0', field('context'));
  a.movImmediate('x1', 0);
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
  if (threads === undefined) system('exit');
  a.bind(parent);
  a.ldp(block, end, at64('sp', 16));
  a.ldp('x29', 'x30', postIndex('sp', 32));
  a.ret();
  return a.finish();
}
