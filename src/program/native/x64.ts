import type { Label } from '../assembler/code-buffer.ts';
import { at, type Register64, X64Assembler } from '../assembler/x64.ts';
import { type ContextField, fieldOffset, slotOffset } from './context.ts';
import type { ModuleWork, Operand, Target } from './target.ts';

const argumentRegisters = ['rdi', 'rsi', 'rdx', 'r10', 'r8', 'r9'] as const;

// Registers that calls preserve (System V ABI).
const context = 'rbx';
const remaining = 'r12';

const field = (name: ContextField) => at(context, fieldOffset(name));
const slot = (index: number) => at(context, slotOffset(index));

/** Errors are returned as -4095..-1 (MAX_ERRNO in include/linux/err.h). */
const firstError = -4095;

/** The loop in x86-64 machine code. */
export class X64Target implements Target {
  readonly #a = new X64Assembler();
  readonly #iteration = this.#a.label('iteration');
  readonly #exit = this.#a.label('exit');
  readonly #writeModule = this.#a.label('write_module');
  readonly #executeModule = this.#a.label('execute_module');
  readonly #failures: { label: Label; step: number }[] = [];

  get length(): number {
    return this.#a.length;
  }

  begin(): void {
    const a = this.#a;
    a.endbr64();
    a.push('rbp');
    a.mov('rbp', 'rsp');
    a.push(context);
    a.push(remaining);
    a.mov(context, 'rdi');
    a.mov(remaining, field('iterations'));
  }

  systemCall(number: number, operands: readonly Operand[]): void {
    const a = this.#a;
    operands.forEach((operand, index) => {
      const register = argumentRegisters[index];
      if (register === undefined) throw new RangeError('a system call takes at most six arguments');
      this.#load(register, operand);
    });
    a.mov('rax', number);
    a.syscall();
  }

  checkResult(step: number): void {
    const label = this.#a.label(`failure of step ${step}`);
    this.#failures.push({ label, step });
    this.#a.cmp('rax', firstError);
    this.#a.jae(label);
  }

  keepResult(index: number): void {
    this.#a.mov(slot(index), 'rax');
  }

  #load(register: Register64, operand: Operand): void {
    if ('constant' in operand) this.#a.mov(register, operand.constant);
    else if ('slot' in operand) this.#a.mov(register, slot(operand.slot));
    else if ('random' in operand) this.#loadRandom(register);
    else this.#a.lea(register, field(operand.addressOf));
  }

  beginIteration(): void {
    this.#a.align(64);
    this.#a.bind(this.#iteration);
  }

  lastOfEvery(count: number, emit: () => void): void {
    const a = this.#a;
    const skip = a.label('skip');
    a.mov('rax', remaining);
    a.and('rax', count - 1);
    a.cmp('rax', 1);
    a.jne(skip);
    emit();
    a.bind(skip);
  }

  /** xorshift64 (Marsaglia, "Xorshift RNGs", Journal of Statistical Software 8(14), 2003); 35 bits of it number a page. */
  #loadRandom(register: Register64): void {
    const a = this.#a;
    a.mov('rax', field('random'));
    for (const [shift, by] of [
      ['shl', 13],
      ['shr', 7],
      ['shl', 17],
    ] as const) {
      a.mov('rcx', 'rax');
      a[shift]('rcx', by);
      a.xor('rax', 'rcx');
    }
    a.mov(field('random'), 'rax');
    a.shr('rax', 64 - 35);
    a.shl('rax', 12);
    a.mov(register, 'rax');
  }

  callWriteModule(index: number): void {
    this.#callRoutine(index, this.#writeModule);
  }

  callExecuteModule(index: number): void {
    this.#callRoutine(index, this.#executeModule);
  }

  #callRoutine(index: number, routine: Label): void {
    this.#a.mov('rdi', slot(index));
    this.#a.call(routine);
  }

  keepTicks(name: ContextField): void {
    this.#readTicks();
    this.#a.mov(field(name), 'rax');
  }

  startInterval(): void {
    this.keepTicks('intervalStart');
  }

  addInterval(index: number): void {
    this.#endInterval();
    this.#a.add(slot(index), 'rax');
  }

  traceInterval(): void {
    const a = this.#a;
    this.#endInterval();
    a.mov('rcx', field('tracePosition'));
    a.mov(at('rcx'), 'rax');
    a.add(field('tracePosition'), 8);
  }

  /** Leaves the ticks of the interval in rax and starts the next one. */
  #endInterval(): void {
    const a = this.#a;
    this.#readTicks();
    a.mov('rcx', 'rax');
    a.sub('rax', field('intervalStart'));
    a.mov(field('intervalStart'), 'rcx');
  }

  /** The time-stamp counter in rax; nothing moves across it (Intel SDM volume 2B, RDTSC). */
  #readTicks(): void {
    const a = this.#a;
    a.lfence();
    a.rdtsc();
    a.lfence();
    a.shl('rdx', 32);
    a.or('rax', 'rdx');
  }

  delay(turns: number): void {
    const a = this.#a;
    const turn = a.label('turn');
    a.mov('rcx', turns);
    a.bind(turn);
    a.dec('rcx');
    a.jne(turn);
  }

  endIteration(): void {
    this.#a.dec(remaining);
    this.#a.jne(this.#iteration);
  }

  beginExit(): void {
    this.#a.bind(this.#exit);
    this.#a.mov(field('remaining'), remaining);
  }

  end(): void {
    const a = this.#a;
    a.pop(remaining);
    a.pop(context);
    a.pop('rbp');
    a.ret();
    for (const { label, step } of this.#failures) {
      a.bind(label);
      a.neg('rax');
      a.mov(field('errno'), 'rax');
      a.mov('rax', step);
      a.mov(field('failedStep'), 'rax');
      a.jmp(this.#exit);
    }
  }

  /** `void write_module(void *module)`; the stamp comes from the context. */
  writeModule({ module, code }: ModuleWork): void {
    const a = this.#a;
    a.align(64);
    a.bind(this.#writeModule);
    a.push('rbp');
    a.mov('rbp', 'rsp');
    if (code.bytes > 1) a.mov('rax', code.bits);
    if (code.stamp !== undefined) {
      this.#loadStamp('rdx', code.stamp.width);
      a.shl('rdx', code.stamp.at);
      a.or('rax', 'rdx');
    }
    a.mov('rcx', module.pages);
    const page = a.label('page');
    a.align(64);
    a.bind(page);
    if (code.bytes === 1) a.mov8(at('rdi'), Number(code.bits));
    else if (code.bytes === 4) a.mov32(at('rdi'), 'rax');
    else a.mov(at('rdi'), 'rax');
    a.add('rdi', module.pageSize);
    a.dec('rcx');
    a.jne(page);
    a.pop('rbp');
    a.ret();
  }

  /** `void execute_module(void *module)` */
  executeModule({ module, code }: ModuleWork): void {
    const a = this.#a;
    const [address, pages, expected] = ['r13', 'r14', 'r15'] as const;
    a.align(64);
    a.bind(this.#executeModule);
    a.push('rbp');
    a.mov('rbp', 'rsp');
    a.push(address);
    a.push(pages);
    if (code.stamp !== undefined) {
      a.push(expected);
      a.push('rax'); // keeps the stack aligned to 16 bytes for the calls
      this.#loadStamp(expected, code.stamp.width);
    }
    a.mov(address, 'rdi');
    a.mov(pages, module.pages);
    const page = a.label('page');
    a.align(64);
    a.bind(page);
    a.call(address);
    if (code.stamp !== undefined) this.#checkStamp(expected);
    a.add(address, module.pageSize);
    a.dec(pages);
    a.jne(page);
    if (code.stamp !== undefined) {
      a.pop('rax');
      a.pop(expected);
    }
    a.pop(pages);
    a.pop(address);
    a.pop('rbp');
    a.ret();
  }

  #loadStamp(register: Register64, width: number): void {
    this.#a.mov(register, remaining);
    this.#a.add(register, field('stampBase'));
    this.#a.shl(register, 64 - width);
    this.#a.shr(register, 64 - width);
  }

  #checkStamp(expected: Register64): void {
    const a = this.#a;
    const fresh = a.label('fresh');
    a.mov32('rax', 'rax');
    a.cmp('rax', expected);
    a.je(fresh);
    a.inc(field('stale'));
    a.bind(fresh);
    a.inc(field('executed'));
  }

  finish(): Uint8Array {
    return this.#a.finish();
  }
}
