import { Arm64Assembler, at, postIndex, preIndex } from '../assembler/arm64/assembler.ts';
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
  emitSynchronize,
  emitSystemCall,
  instructionInContext,
} from './stub-arm64.ts';

const [PR_SET_PDEATHSIG, SIGKILL] = [1, 9];
const maxErrno = 4095;

/** Bytes of the stack that are used: a piece, paths, argument lists. */
const frame = 256;
/** Offsets in the frame. */
const [piece, path, list, scratch] = [0, 16, 48, 64];

/** As `x64StreamStub`, in AArch64 machine code. */
export function arm64StreamStub(port: string): StubCode {
  const a = new Arm64Assembler();
  const system = (name: SystemCallName) => emitSystemCall(a, name);
  const label = (name: string) => a.label(name);
  const onStack = (offset: number) => at('sp', offset);
  const [parent, accept, skip, part] = [label('parent'), label('accept'), label('skip'), label('part')];
  const [ready, begin, child, end] = [label('ready'), label('begin'), label('child'), label('end')];
  const [readAll, writeAll] = [label('readAll'), label('writeAll')];
  const store = (text: string | Uint8Array, offset: number) => {
    for (const [index, word] of wordsOf(text).entries()) {
      a.movImmediate('x9', word);
      a.str('x9', onStack(offset + 8 * index));
    }
  };
  const isCommand = (wanted: number) => {
    a.ldr('x9', onStack(piece));
    a.cmp('x9', wanted);
  };

  a.movImmediate('x29', 0);
  a.ldr('x9', at('sp', 8));
  a.sub('sp', 'sp', frame);
  a.ldr('x9', at('x9'));
  a.movImmediate('x10', wordsOf(startedName)[0] ?? 0n);
  a.cmp('x9', 'x10');
  a.beq(child);

  // The first process of a kernel has no streams yet.
  system('getpid');
  a.cmp('x0', 1);
  a.bne(ready);
  store(port, path);
  a.movImmediate('x0', AT_FDCWD);
  a.add('x1', 'sp', path);
  a.movImmediate('x2', OPEN.O_RDWR | O_NOCTTY);
  a.movImmediate('x3', 0);
  system('openat');
  a.mov(base, 'x0');
  store(rawTerminal, scratch);
  a.movImmediate('x1', TCSETS);
  a.add('x2', 'sp', scratch);
  system('ioctl');
  for (const fd of [0, 1]) {
    a.mov('x0', base);
    a.movImmediate('x1', fd);
    a.movImmediate('x2', 0);
    system('dup3');
  }

  a.bind(ready);
  a.movImmediate('x9', events.ready);
  a.str('x9', onStack(piece));
  a.add('x1', 'sp', piece);
  a.movImmediate('x2', 16);
  a.bl(writeAll);
  a.bind(accept);
  a.add('x1', 'sp', piece);
  a.movImmediate('x2', 16);
  a.bl(readAll);
  a.ldr(base, onStack(piece + 8));
  // What was meant for a process that has ended.
  a.bind(skip);
  a.cbz(base, parent);
  a.add('x1', 'sp', scratch);
  a.movImmediate('x2', 8);
  a.cmp(base, 8);
  a.bhs(part);
  a.mov('x2', base);
  a.bind(part);
  a.sub(base, base, 'x2');
  a.bl(readAll);
  a.b(skip);
  a.bind(parent);
  isCommand(commands.start);
  a.bne(accept);
  a.movImmediate('x0', SIGCHLD);
  for (const register of ['x1', 'x2', 'x3', 'x4'] as const) a.movImmediate(register, 0);
  system('clone');
  a.cbz('x0', begin);
  a.str('xzr', onStack(piece + 8));
  a.add('x1', 'sp', piece + 8);
  a.movImmediate('x2', 0);
  a.movImmediate('x3', 0);
  system('wait4');
  a.movImmediate('x9', events.ended);
  a.str('x9', onStack(piece));
  a.add('x1', 'sp', piece);
  a.movImmediate('x2', 16);
  a.bl(writeAll);
  a.b(accept);

  // A fresh address space, if the file can be found.
  a.bind(begin);
  store(startedName, scratch);
  a.add('x9', 'sp', scratch);
  a.str('x9', onStack(list));
  a.str('xzr', onStack(list + 8));
  for (const file of ['/proc/self/exe', '/init']) {
    store(file, path);
    a.add('x0', 'sp', path);
    a.add('x1', 'sp', list);
    a.add('x2', 'sp', list + 8);
    system('execve');
  }

  a.bind(child);
  a.movImmediate('x0', PR_SET_PDEATHSIG);
  a.movImmediate('x1', SIGKILL);
  system('prctl');
  const flags = MAP.MAP_PRIVATE | MAP.MAP_ANONYMOUS | MAP.MAP_FIXED | MAP.MAP_NORESERVE;
  for (const [address, length] of [
    [addresses.data, streamDataBytes],
    [streamAddresses.known, streamDataBytes],
    [streamAddresses.outgoing, outgoingBytes],
  ] as const) {
    a.movImmediate('x0', address);
    a.movImmediate('x1', length);
    a.movImmediate('x2', PROT.PROT_READ | PROT.PROT_WRITE);
    a.movImmediate('x3', flags);
    a.movImmediate('x4', -1);
    a.movImmediate('x5', 0);
    system('mmap');
    a.cmn('x0', maxErrno);
    a.bhs(end);
  }
  a.movImmediate(base, addresses.data);

  const [receive, copy, run] = [label('receive'), label('copy'), label('run')];
  const toKnown = streamAddresses.known - addresses.data;
  a.bind(receive);
  a.add('x1', 'sp', piece);
  a.movImmediate('x2', 16);
  a.bl(readAll);
  a.ldr('x2', onStack(piece + 8));
  a.cbz('x2', run);
  a.ldr('x1', onStack(piece));
  a.bl(readAll);
  a.ldr('x1', onStack(piece));
  a.sub('x9', 'x1', base);
  a.movImmediate('x10', streamDataBytes);
  a.cmp('x9', 'x10');
  a.bhs(receive);
  a.ldr('x2', onStack(piece + 8));
  a.movImmediate('x11', toKnown);
  a.add('x11', 'x1', 'x11');
  a.bind(copy);
  a.ldr('x9', at('x1'));
  a.str('x9', at('x11'));
  a.add('x1', 'x1', 8);
  a.add('x11', 'x11', 8);
  a.subs('x2', 'x2', 8);
  a.bne(copy);
  a.b(receive);

  a.bind(run);
  // What was written for the host to know, and what it wrote, is seen by all that follows.
  a.dsb_ish();
  emitOperations(a);
  const [compare, same, send, all] = [label('compare'), label('same'), label('send'), label('all')];
  const [word, last, out, limit, known] = ['x21', 'x22', 'x23', 'x24', 'x25'] as const;
  a.mov(word, base);
  a.ldr(last, at(base, block.used));
  a.add(last, last, word);
  a.movImmediate(out, streamAddresses.outgoing);
  a.movImmediate(limit, streamAddresses.outgoing + outgoingBytes);
  a.movImmediate(known, streamAddresses.known);
  a.bind(compare);
  a.cmp(word, last);
  a.bhs(all);
  a.ldr('x9', at(word));
  a.ldr('x10', at(known));
  a.cmp('x9', 'x10');
  a.beq(same);
  a.str('x9', at(known));
  a.stp(word, 'x9', postIndex(out, 16));
  a.cmp(out, limit);
  a.bne(same);
  a.bl(send);
  a.bind(same);
  a.add(word, word, 8);
  a.add(known, known, 8);
  a.b(compare);
  a.bind(all);
  a.stp('xzr', 'xzr', postIndex(out, 16));
  a.bl(send);
  a.b(receive);
  a.bind(send);
  a.movImmediate('x1', streamAddresses.outgoing);
  a.sub('x2', out, 'x1');
  a.mov(out, 'x1');

  // Both: x1 points to so many bytes as x2 says. The end of the stream is the end of the process.
  const transfer = (call: 'read' | 'write', fd: number) => {
    const [again, whole] = [label('again'), label('whole')];
    a.bind(again);
    a.cbz('x2', whole);
    a.movImmediate('x0', fd);
    system(call);
    a.cmp('x0', 0);
    a.ble(end);
    a.add('x1', 'x1', 'x0');
    a.sub('x2', 'x2', 'x0');
    a.b(again);
    a.bind(whole);
    a.ret();
  };
  a.bind(writeAll);
  transfer('write', 1);
  a.bind(readAll);
  transfer('read', 0);
  a.bind(end);
  a.movImmediate('x0', 1);
  system('exit_group');

  const handler = emitHandler(a, () => {
    a.stp('x29', 'x30', preIndex('sp', -16));
    a.mov(answered, 'x0');
    a.movImmediate('x9', streamAddresses.outgoing);
    a.movImmediate('x10', events.fault);
    a.stp('x10', 'x0', postIndex('x9', 16));
    a.ldr('x10', at('x2', instructionInContext));
    a.ldr('x11', at('x1', addressInSiginfo));
    a.stp('x10', 'x11', postIndex('x9', 16));
    a.movImmediate('x1', streamAddresses.outgoing);
    a.movImmediate('x2', 32);
    a.bl(writeAll);
    a.ldp('x29', 'x30', postIndex('sp', 16));
    a.mov('x0', answered);
  });
  const synchronize = emitSynchronize(a);
  return {
    bytes: a.finish(),
    handler: a.offsetOf(handler),
    restorer: undefined,
    synchronize: a.offsetOf(synchronize),
  };
}
