import type { MeasuredProcess } from '../../target/measured-process.ts';
import type { NativeCode, NativeProgram } from './engine.ts';

/** User-mode instructions of one iteration. */
export interface UserInstructions {
  /** All of them, the loop's own included. */
  readonly total: number;
  /** Of each step; what is called from one counts as its own. */
  readonly steps: readonly number[];
}

const wordBytes = 8;

/** Instructions that are kept of a batch; longer iterations are not looked at. */
const capacity = 1 << 17;

/** Iterations of the two batches whose difference is that of so many iterations. */
const batches = { short: 1, long: 3 } as const;

const SIGTRAP = 5;
/** SA_SIGINFO, SA_RESTORER. */
const actionFlags = 0x4 | 0x0400_0000;

/**
 * Counts the instructions that a program runs in user mode, by having the processor trap after each of them
 * (the trap flag: AMD64 Architecture Programmer's Manual, volume 2, 13.1.3.5); exact, and slow. x86-64 alone,
 * which is asked of the target before. Undefined where an iteration is too long. What is done every so many
 * iterations only may be missing.
 */
export async function userInstructions(
  target: MeasuredProcess,
  running: NativeProgram,
): Promise<UserInstructions | undefined> {
  using trace = target.allocate((capacity + 1) * wordBytes);
  using stepper = await target.load(stepperCode(trace.address));
  using action = target.allocate(4 * wordBytes);
  new BigInt64Array(action.bytes.buffer, action.bytes.byteOffset, 3).set([
    BigInt(stepper.address + offsets.handler),
    BigInt(actionFlags),
    BigInt(stepper.address + offsets.restorer),
  ]);
  await target.run([{ call: 'rt_sigaction', args: [SIGTRAP, action.address, 0, wordBytes] }]);
  const addresses = async (iterations: number) => {
    const words = new BigUint64Array(trace.bytes.buffer, trace.bytes.byteOffset, capacity + 1);
    words[0] = 0n;
    const context = running.prepare(iterations);
    await target.run([{ call: 'code', args: [stepper.address, context, running.code.address] }]);
    running.settle();
    const count = Number(words[0]);
    return count < capacity ? [...words.subarray(1, count + 1)].map(Number) : undefined;
  };
  const [short, long] = [await addresses(batches.short), await addresses(batches.long)];
  if (short === undefined || long === undefined) return undefined;
  const iterations = batches.long - batches.short;
  const [before, after] = [stepCounts(running.code, short), stepCounts(running.code, long)];
  return {
    total: (long.length - short.length) / iterations,
    steps: after.map((count, index) => (count - (before[index] ?? 0)) / iterations),
  };
}

/** How many of the instructions at these addresses are each step's. */
function stepCounts(code: NativeCode, addresses: readonly number[]): number[] {
  const counts = code.program.iteration.map(() => 0);
  let current: number | undefined;
  for (const address of addresses) {
    const place = code.placeAt(address);
    if (place !== 'elsewhere') current = place;
    if (current !== undefined) counts[current] = (counts[current] ?? 0) + 1;
  }
  return counts;
}

// void stepper(void *context, void *loop): sub rsp, 8; mov rax, rsi; xor esi, esi; pushfq; or dword [rsp],
// 0x100;
// popfq; call rax; pushfq; and dword [rsp], ~0x100; popfq; add rsp, 8; ret
const stepperBytes = [
  ...[0x48, 0x83, 0xec, 0x08, 0x48, 0x89, 0xf0, 0x31, 0xf6, 0x9c],
  ...[0x81, 0x0c, 0x24, 0x00, 0x01, 0x00, 0x00, 0x9d, 0xff, 0xd0, 0x9c],
  ...[0x81, 0x24, 0x24, 0xff, 0xfe, 0xff, 0xff, 0x9d, 0x48, 0x83, 0xc4, 0x08, 0xc3],
];

/** Bytes from the code's begin. The red zone of the code that is stepped is the kernel's business. */
const offsets = { handler: 64, restorer: 128 } as const;

/** The stepper, the handler of the trap, and what returns from it. */
function stepperCode(trace: number): Uint8Array {
  const code = new Uint8Array(offsets.restorer + 16);
  const view = new DataView(code.buffer);
  code.set(stepperBytes);
  // void handler(int, siginfo_t *, ucontext_t *): mov rax, trace; mov rcx, [rax]; inc rcx; mov [rax], rcx;
  // cmp rcx, capacity; jae to the end; mov rdx, [rdx + 168] (its rip); mov [rax + rcx * 8], rdx; ret
  code.set([0x48, 0xb8], offsets.handler);
  view.setBigUint64(offsets.handler + 2, BigInt(trace), true);
  code.set([0x48, 0x8b, 0x08, 0x48, 0xff, 0xc1, 0x48, 0x89, 0x08, 0x48, 0x81, 0xf9], offsets.handler + 10);
  view.setUint32(offsets.handler + 22, capacity, true);
  code.set([0x73, 0x0b, 0x48, 0x8b, 0x92, 0xa8, 0, 0, 0, 0x48, 0x89, 0x14, 0xc8, 0xc3], offsets.handler + 26);
  // mov eax, 15 (rt_sigreturn); syscall
  code.set([0xb8, 0x0f, 0x00, 0x00, 0x00, 0x0f, 0x05], offsets.restorer);
  return code;
}
