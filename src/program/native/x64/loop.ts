import type { Label } from '../../../assembler/code-buffer.ts';
import { at, type Register64, X64Assembler } from '../../../assembler/x64/assembler.ts';
import {
  type AskWriterStep,
  type ExecuteStep,
  pageNumberBits,
  type RightsStep,
  type StartWriterStep,
  type StoreStep,
  type WriteStep,
} from '../../ir.ts';
import {
  type ContextField,
  type ContextSize,
  fieldOffset,
  instanceShift,
  slotOffset,
  sumOffset,
  valuesOffset,
} from '../context.ts';
import {
  type LoadCounter,
  type ModuleWork,
  type Operand,
  placeOperand,
  type Target,
  type Through,
} from '../target.ts';
import { X64Module } from './module.ts';
import { askWriter, startWriter } from './writer.ts';

const argumentRegisters = ['rdi', 'rsi', 'rdx', 'r10', 'r8', 'r9'] as const;

// Registers that calls preserve (System V ABI).
const context = 'rbx';
const remaining = 'r12';
const values = 'r15';

const field = (name: ContextField) => at(context, fieldOffset(name));
const slot = (index: number) => at(values, slotOffset(index));

/** Errors are returned as -4095..-1 (MAX_ERRNO in include/linux/err.h). */
const firstError = -4095;

/** The loop in x86-64 machine code. */
export class X64Target implements Target {
  readonly #a = new X64Assembler();
  readonly #iteration = this.#a.label('iteration');
  readonly #exit = this.#a.label('exit');
  readonly #routines = {
    mapping: this.#a.label('write_module'),
    file: this.#a.label('pwrite_module'),
    execute: this.#a.label('execute_module'),
  };
  readonly #module = new X64Module(this.#a, field);
  readonly #failures: { label: Label; step: number }[] = [];
  readonly #strings: { label: Label; text: string }[] = [];

  get length(): number {
    return this.#a.length;
  }

  begin(size: ContextSize): void {
    const a = this.#a;
    a.endbr64();
    a.push('rbp');
    a.mov('rbp', 'rsp');
    a.push(context);
    a.push(remaining);
    a.push(values);
    a.push('rax'); // keeps the stack aligned to 16 bytes for the calls
    a.mov(context, 'rdi');
    a.mov(remaining, field('iterations'));
    this.#firstInstance(size);
    a.add(values, 'rsi');
  }

  #firstInstance(size: ContextSize): void {
    this.#a.lea(values, at(context, valuesOffset(size)));
  }

  chooseInstance(size: ContextSize): void {
    const a = this.#a;
    this.#drawRandom();
    // A fraction of 32 bits times the instances, without a division.
    a.shr('rax', 32);
    a.mov('rcx', size.instances);
    a.imul('rax', 'rcx');
    a.shr('rax', 32);
    a.shl('rax', instanceShift(size));
    this.#firstInstance(size);
    a.add(values, 'rax');
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
    else if ('slot' in operand) {
      this.#a.mov(register, slot(operand.slot));
      if (operand.plus !== 0) this.#a.add(register, operand.plus);
    } else if ('randomPageOf' in operand) this.#loadRandomAddress(register, operand.randomPageOf);
    else if ('string' in operand) this.#loadString(register, operand.string);
    else this.#a.lea(register, field(operand.addressOf));
  }

  #loadString(register: Register64, text: string): void {
    const label = this.#a.label(text);
    this.#strings.push({ label, text });
    this.#a.lea(register, label);
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

  /** The next number in rax: xorshift64 (Marsaglia, "Xorshift RNGs", Journal of Statistical Software 8(14), 2003). */
  #drawRandom(): void {
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
  }

  /** The highest bits of a random number are that of a page. */
  #loadRandomAddress(register: Register64, pageSize: number): void {
    const bits = pageNumberBits(pageSize);
    this.#drawRandom();
    this.#a.shr('rax', 64 - bits);
    this.#a.shl('rax', 47 - bits);
    this.#a.mov(register, 'rax');
  }

  /** The number of a load, which no other has; that of the setup's is 0. */
  #loadCounter(register: Register64, { load, loads }: LoadCounter): void {
    const a = this.#a;
    if (load === 'setup') {
      a.mov(register, 0);
      return;
    }
    a.mov(register, remaining);
    a.add(register, field('stampBase'));
    if (loads === 1) return;
    a.mov('rax', loads);
    a.imul(register, 'rax');
    a.add(register, load);
  }

  callWriteModule({ into, runsAt }: WriteStep, counter: LoadCounter): void {
    const through: Through = into.kind === 'file' ? 'file' : 'mapping';
    this.#loadCounter('rcx', counter);
    if (into.kind === 'file') {
      this.#load('rdi', { slot: into.fd.slot, plus: 0 });
      this.#load('rdx', into.at === undefined ? { constant: 0 } : placeOperand(into.at));
    } else this.#load('rdi', placeOperand(into));
    this.#load('rsi', placeOperand(runsAt));
    this.#a.call(this.#routines[through]);
  }

  callExecuteModule({ module }: ExecuteStep, counter: LoadCounter): void {
    this.#loadCounter('rcx', counter);
    this.#load('rdi', placeOperand(module));
    this.#a.call(this.#routines.execute);
  }

  /** As pkey_set(3): the two bits of the key are replaced (Intel SDM volume 3, 4.6.2). */
  setRights({ key, rights }: RightsStep): void {
    const a = this.#a;
    a.mov('rcx', slot(key.slot));
    a.shl('rcx', 1);
    a.mov('r8', 3);
    a.shl_cl('r8');
    a.not('r8');
    a.mov('r9', rights);
    a.shl_cl('r9');
    a.xor32('rcx', 'rcx');
    a.rdpkru();
    a.and('rax', 'r8');
    a.or('rax', 'r9');
    a.wrpkru();
  }

  store({ into, offset }: StoreStep, word: Operand): void {
    this.#load('rax', word);
    this.#a.mov('rcx', slot(into.slot));
    this.#a.mov(at('rcx', offset), 'rax');
  }

  startWriter(step: StartWriterStep): void {
    this.#load('rsi', placeOperand(step.runsAt));
    startWriter(this.#a, step, { slot, write: this.#routines.mapping });
  }

  askWriter(step: AskWriterStep, counter: LoadCounter): void {
    this.#loadCounter('rcx', counter);
    this.#a.mov('r9', slot(step.control.slot));
    askWriter(this.#a);
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
    this.#a.add(at(context, sumOffset(index)), 'rax');
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
    a.pop('rax');
    a.mov('rax', field('failedStep'));
    a.neg('rax');
    a.pop(values);
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

  writeModule(work: ModuleWork, through: Through): void {
    this.#a.align(64);
    this.#a.bind(this.#routines[through]);
    this.#module.write(work, through);
  }

  executeModule(work: ModuleWork): void {
    this.#a.align(64);
    this.#a.bind(this.#routines.execute);
    this.#module.execute(work);
  }

  finish(): Uint8Array {
    for (const { label, text } of this.#strings) {
      this.#a.bind(label);
      this.#a.emitBytes(Buffer.from(`${text}\0`));
    }
    return this.#a.finish();
  }
}
