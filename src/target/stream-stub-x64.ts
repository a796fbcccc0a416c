import { at, X64Assembler } from '../assembler/x64/assembler.ts';
import { AT_FDCWD, MAP, OPEN, PROT } from '../system/constants.ts';
import type { SystemCallName } from '../system/syscalls.ts';
import {
  addresses,
  block,
  commands,
  events,
  outgoingBytes,
  type StubCode,
  startedName,
  streamAddresses,
  streamDataBytes,
} from './protocol.ts';
import { O_NOCTTY, rawTerminal, SIGCHLD, TCSETS, wordsOf } from './stream-stub.ts';
import {
  addressInSiginfo,
  answered,
  base,
  emitHandler,
  emitOperations,
  emitSystemCall,
  instructionInContext,
} from './stub-x64.ts';

const [PR_SET_PDEATHSIG, SIGKILL] = [1, 9];
const firstError = -4095;

/** Bytes of the stack that are used: a piece, paths, argument lists. */
const frame = 256;
/** Offsets in the frame. */
const [piece, path, list, scratch] = [0, 16, 48, 64];

/**
 * The stub that talks through a stream, in x86-64 machine code: first what starts processes, each of which
 * runs the second part. As the first process of a kernel it talks through `port`, else through standard input
 * and output.
 */
export function x64StreamStub(port: string): StubCode {
  const a = new X64Assembler();
  const system = (name: SystemCallName) => emitSystemCall(a, name);
  const label = (name: string) => a.label(name);
  const onStack = (offset: number) => at('rsp', offset);
  const [parent, accept, skip, part] = [label('parent'), label('accept'), label('skip'), label('part')];
  const [ready, begin, child, end] = [label('ready'), label('begin'), label('child'), label('end')];
  const [readAll, writeAll] = [label('readAll'), label('writeAll')];
  const store = (text: string | Uint8Array, offset: number) => {
    for (const [index, word] of wordsOf(text).entries()) {
      a.mov('rax', word);
      a.mov(onStack(offset + 8 * index), 'rax');
    }
  };

  a.xor32('rbp', 'rbp');
  a.mov('rdi', at('rsp', 8));
  a.sub('rsp', frame);
  a.mov('rax', wordsOf(startedName)[0] ?? 0n);
  a.cmp('rax', at('rdi'));
  a.je(child);

  // The first process of a kernel has no streams yet.
  system('getpid');
  a.cmp('rax', 1);
  a.jne(ready);
  store(port, path);
  a.mov('rdi', AT_FDCWD);
  a.lea('rsi', onStack(path));
  a.mov('rdx', OPEN.O_RDWR | O_NOCTTY);
  a.xor32('r10', 'r10');
  system('openat');
  a.mov(base, 'rax');
  store(rawTerminal, scratch);
  a.mov('rdi', base);
  a.mov('rsi', TCSETS);
  a.lea('rdx', onStack(scratch));
  system('ioctl');
  for (const fd of [0, 1]) {
    a.mov('rdi', base);
    a.mov('rsi', fd);
    a.xor32('rdx', 'rdx');
    system('dup3');
  }

  a.bind(ready);
  a.mov('rax', events.ready);
  a.mov(onStack(piece), 'rax');
  a.lea('rsi', onStack(piece));
  a.mov('rdx', 16);
  a.call(writeAll);
  a.bind(accept);
  a.lea('rsi', onStack(piece));
  a.mov('rdx', 16);
  a.call(readAll);
  a.mov(base, onStack(piece + 8));
  // What was meant for a process that has ended.
  a.bind(skip);
  a.test(base, base);
  a.je(parent);
  a.lea('rsi', onStack(scratch));
  a.mov('rdx', 8);
  a.cmp(base, 8);
  a.jae(part);
  a.mov('rdx', base);
  a.bind(part);
  a.sub(base, 'rdx');
  a.call(readAll);
  a.jmp(skip);
  a.bind(parent);
  a.mov('rax', onStack(piece));
  a.cmp('rax', commands.start);
  a.jne(accept);
  a.mov('rdi', SIGCHLD);
  for (const register of ['rsi', 'rdx', 'r10', 'r8'] as const) a.xor32(register, register);
  system('clone');
  a.test('rax', 'rax');
  a.je(begin);
  a.mov('rdi', 'rax');
  a.lea('rsi', onStack(piece + 8));
  a.xor32('rdx', 'rdx');
  a.xor32('r10', 'r10');
  a.mov(onStack(piece + 8), 'rdx');
  system('wait4');
  a.mov('rax', events.ended);
  a.mov(onStack(piece), 'rax');
  a.lea('rsi', onStack(piece));
  a.mov('rdx', 16);
  a.call(writeAll);
  a.jmp(accept);

  // A fresh address space, if the file can be found.
  a.bind(begin);
  store(startedName, scratch);
  a.lea('rax', onStack(scratch));
  a.mov(onStack(list), 'rax');
  a.xor32('rax', 'rax');
  a.mov(onStack(list + 8), 'rax');
  for (const file of ['/proc/self/exe', '/init']) {
    store(file, path);
    a.lea('rdi', onStack(path));
    a.lea('rsi', onStack(list));
    a.lea('rdx', onStack(list + 8));
    system('execve');
  }

  a.bind(child);
  a.mov('rdi', PR_SET_PDEATHSIG);
  a.mov('rsi', SIGKILL);
  system('prctl');
  const flags = MAP.MAP_PRIVATE | MAP.MAP_ANONYMOUS | MAP.MAP_FIXED | MAP.MAP_NORESERVE;
  for (const [address, length] of [
    [addresses.data, streamDataBytes],
    [streamAddresses.known, streamDataBytes],
    [streamAddresses.outgoing, outgoingBytes],
  ] as const) {
    a.mov('rdi', address);
    a.mov('rsi', length);
    a.mov('rdx', PROT.PROT_READ | PROT.PROT_WRITE);
    a.mov('r10', flags);
    a.mov('r8', -1);
    a.xor32('r9', 'r9');
    system('mmap');
    a.cmp('rax', firstError);
    a.jae(end);
  }
  a.mov(base, addresses.data);

  const [receive, copy, run] = [label('receive'), label('copy'), label('run')];
  a.bind(receive);
  a.lea('rsi', onStack(piece));
  a.mov('rdx', 16);
  a.call(readAll);
  a.mov('rdx', onStack(piece + 8));
  a.test('rdx', 'rdx');
  a.je(run);
  a.mov('rsi', onStack(piece));
  a.call(readAll);
  a.mov('rsi', onStack(piece));
  a.mov('rax', 'rsi');
  a.sub('rax', addresses.data);
  a.cmp('rax', streamDataBytes);
  a.jae(receive);
  a.mov('rcx', onStack(piece + 8));
  a.bind(copy);
  a.mov('rax', at('rsi'));
  a.mov(at('rsi', streamAddresses.known - addresses.data), 'rax');
  a.add('rsi', 8);
  a.sub('rcx', 8);
  a.jne(copy);
  a.jmp(receive);

  a.bind(run);
  emitOperations(a);
  const [compare, same, send, all] = [label('compare'), label('same'), label('send'), label('all')];
  const [word, last, out] = ['r13', 'r14', 'r15'] as const;
  a.mov(word, addresses.data);
  a.mov(last, at(base, block.used));
  a.add(last, word);
  a.mov(out, streamAddresses.outgoing);
  a.bind(compare);
  a.cmp(word, last);
  a.jae(all);
  a.mov('rax', at(word));
  a.cmp('rax', at(word, streamAddresses.known - addresses.data));
  a.je(same);
  a.mov(at(word, streamAddresses.known - addresses.data), 'rax');
  a.mov(at(out), word);
  a.mov(at(out, 8), 'rax');
  a.add(out, 16);
  a.cmp(out, streamAddresses.outgoing + outgoingBytes);
  a.jne(same);
  a.call(send);
  a.bind(same);
  a.add(word, 8);
  a.jmp(compare);
  a.bind(all);
  a.xor32('rax', 'rax');
  a.mov(at(out), 'rax');
  a.mov(at(out, 8), 'rax');
  a.add(out, 16);
  a.call(send);
  a.jmp(receive);
  a.bind(send);
  a.mov('rsi', streamAddresses.outgoing);
  a.mov('rdx', out);
  a.sub('rdx', 'rsi');
  a.mov(out, 'rsi');

  // Both: rsi points to so many bytes as rdx says. The end of the stream is the end of the process.
  const transfer = (call: 'read' | 'write', fd: number) => {
    const [again, whole] = [label('again'), label('whole')];
    a.bind(again);
    a.test('rdx', 'rdx');
    a.je(whole);
    a.mov('rdi', fd);
    system(call);
    a.test('rax', 'rax');
    a.jle(end);
    a.add('rsi', 'rax');
    a.sub('rdx', 'rax');
    a.jmp(again);
    a.bind(whole);
    a.ret();
  };
  a.bind(writeAll);
  transfer('write', 1);
  a.bind(readAll);
  transfer('read', 0);
  a.bind(end);
  a.mov('rdi', 1);
  system('exit_group');

  const { handler, restorer } = emitHandler(a, () => {
    a.mov('rax', streamAddresses.outgoing);
    a.mov('rcx', events.fault);
    a.mov(at('rax'), 'rcx');
    a.mov(at('rax', 8), 'rdi');
    a.mov('rcx', at('rdx', instructionInContext));
    a.mov(at('rax', 16), 'rcx');
    a.mov('rcx', at('rsi', addressInSiginfo));
    a.mov(at('rax', 24), 'rcx');
    a.mov(answered, 'rdi');
    a.mov('rsi', 'rax');
    a.mov('rdx', 32);
    a.call(writeAll);
    a.mov('rdi', answered);
  });
  return {
    bytes: a.finish(),
    handler: a.offsetOf(handler),
    restorer: a.offsetOf(restorer),
    synchronize: undefined,
  };
}
