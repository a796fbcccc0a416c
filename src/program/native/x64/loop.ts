import type { Label } from '../../../assembler/code-buffer.ts';
import type { Recorder } from '../../../assembler/recorder.ts';
import { at, type Register64, X64Assembler } from '../../../assembler/x64/assembler.ts';
import {
  type AskWriterStep,
  type HandleFaultsStep,
  pageNumberBits,
  type RightsStep,
  type StartWriterStep,
  type StoreStep,
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
  type FaultHandling,
  type LoadCounter,
  Loop,
  type ModuleWork,
  type Operand,
  placeOperand,
} from '../loop.ts';
import { emitFaultHandler, installHandler } from './fault-handler.ts';
import { X64Module } from './module.ts';
import { askWriter, startWriter } from './writer.ts';

const roles = {
  systemCall: ['rdi', 'rsi', 'rdx', 'r10', 'r8', 'r9'],
  destination: 'rdi',
  runsAt: 'rsi',
  fileOffset: 'rdx',
  counter: 'rcx',
} as const;

// Registers that calls preserve (System V ABI).
const context = 'rbx';
const remaining = 'r12';
const values = 'r15';

/** What the loop keeps in registers, for listings. */
export const x64Registers = { context, remaining, values };

const field = (name: ContextField) => at(context, fieldOffset(name));
const slot = (index: number) => at(values, slotOffset(index));

const kept = { context, remaining, values, slot, field } as const;

/** Errors are returned as -4095..-1 (MAX_ERRNO in include/linux/err.h). */
const firstError = -4095;

/** The loop in x86-64 machine code. */
export class X64Loop extends Loop<Register64> {
  readonly #a: X64Assembler;

  constructor(recorder?: Recorder) {
    const plain = new X64Assembler();
    const assembler = recorder?.of(plain) ?? plain;
    super(assembler, roles, new X64Module(assembler, field));
    this.#a = assembler;
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

  keepResult(index: number): void {
    this.#a.mov(slot(index), 'rax');
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

  /**
   * The next number in rax: xorshift64 (Marsaglia, "Xorshift RNGs", Journal of Statistical Software 8(14),
   * 2003).
   */
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
  protected loadRandomAddress(register: Register64, pageSize: number): void {
    const bits = pageNumberBits(pageSize);
    this.#drawRandom();
    this.#a.shr('rax', 64 - bits);
    this.#a.shl('rax', 47 - bits);
    this.#a.mov(register, 'rax');
  }

  /** The number of a load, which no other has; that of the setup's is 0. */
  protected loadCounter(register: Register64, { load, loads }: LoadCounter): void {
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

  /**
   * As pkey_set(3): the two bits of the key are replaced (Intel SDM volume 3, 4.6.2). There are no others:
   * the kernel allocates no key for which more is asked.
   */
  setRights({ key, rights }: RightsStep): void {
    const a = this.#a;
    a.mov('rcx', slot(key.slot));
    a.shl('rcx', 1);
    a.mov('r8', 3);
    a.shl_cl('r8');
    a.not('r8');
    a.mov('r9', rights & 3);
    a.shl_cl('r9');
    a.xor32('rcx', 'rcx');
    a.rdpkru();
    a.and('rax', 'r8');
    a.or('rax', 'r9');
    a.wrpkru();
  }

  store({ into, offset }: StoreStep, word: Operand): void {
    this.load('rax', word);
    this.#a.mov('rcx', slot(into.slot));
    this.#a.mov(at('rcx', offset), 'rax');
  }

  startWriter(step: StartWriterStep): void {
    this.load('rsi', placeOperand(step.runsAt));
    startWriter(this.#a, step, { slot, write: this.routines.mapping });
  }

  askWriter(step: AskWriterStep, counter: LoadCounter): void {
    this.loadCounter('rcx', counter);
    this.#a.mov('r9', slot(step.control.slot));
    askWriter(this.#a);
  }

  handleFaults(step: HandleFaultsStep): void {
    const { handler } = this.routines;
    installHandler(this.#a, step, kept, { handler, check: () => this.checkResult(step.number) });
  }

  exitOnFailure(): void {
    this.#a.mov('rax', field('failedStep'));
    this.#a.test('rax', 'rax');
    this.#a.jne(this.exit);
  }

  protected emitFaultHandler(work: ModuleWork, { counter, ...handling }: FaultHandling): void {
    emitFaultHandler(this.#a, handling, work.module.pageSize, kept, {
      write: this.routines.page,
      loadCounter: () => this.loadCounter('rcx', counter),
    });
  }

  keepTicks(name: ContextField): void {
    this.#readTicks();
    this.#a.mov(field(name), 'rax');
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

  describeModule(bytes: number, counter: LoadCounter): void {
    const a = this.#a;
    this.loadCounter('rcx', counter);
    a.mov(field('moduleNumber'), 'rcx');
    a.mov('rax', bytes);
    a.mov(field('moduleBytes'), 'rax');
    a.lea('rax', this.routines.callback);
    a.mov(field('moduleWrite'), 'rax');
    a.mov(field('moduleContext'), context);
  }

  errnoOfNull(errnoLocation: number): void {
    const a = this.#a;
    const made = a.label('made');
    a.test('rax', 'rax');
    a.jne(made);
    this.callAddress(errnoLocation);
    a.mov32('rax', at('rax'));
    a.neg('rax');
    a.bind(made);
  }

  protected enterFromC(write: Label): void {
    const a = this.#a;
    const fieldOf = (name: ContextField) => at('rdi', fieldOffset(name) - fieldOffset('moduleBytes'));
    a.endbr64();
    a.push(context);
    a.mov(context, fieldOf('moduleContext'));
    a.mov('rcx', fieldOf('moduleNumber'));
    a.mov('rdi', 'rsi');
    a.mov('rsi', 'rdx');
    a.call(write);
    a.pop(context);
    a.ret();
  }

  protected callAddress(address: number): void {
    this.#a.mov('rax', address);
    this.#a.call('rax');
  }

  endIteration(): void {
    this.#a.dec(remaining);
    this.#a.jne(this.iteration);
  }

  beginExit(): void {
    this.#a.bind(this.exit);
    this.#a.mov(field('remaining'), remaining);
  }

  protected leave(): void {
    const a = this.#a;
    a.pop('rax');
    a.mov('rax', field('failedStep'));
    a.neg('rax');
    a.pop(values);
    a.pop(remaining);
    a.pop(context);
    a.pop('rbp');
    a.ret();
  }

  protected fail(step: number): void {
    const a = this.#a;
    a.neg('rax');
    a.mov(field('errno'), 'rax');
    a.mov('rax', step);
    a.mov(field('failedStep'), 'rax');
    a.jmp(this.exit);
  }

  protected nop(): void {
    this.#a.nop();
  }

  protected enterKernel(number: number): void {
    this.#a.mov('rax', number);
    this.#a.syscall();
  }

  protected branchOnError(label: Label): void {
    this.#a.cmp('rax', firstError);
    this.#a.jae(label);
  }

  protected call(routine: Label): void {
    this.#a.call(routine);
  }

  protected loadConstant(register: Register64, value: number): void {
    this.#a.mov(register, value);
  }

  protected loadSlot(register: Register64, index: number, plus: number): void {
    this.#a.mov(register, slot(index));
    if (plus !== 0) this.#a.add(register, plus);
  }

  protected loadFieldAddress(register: Register64, name: ContextField): void {
    this.#a.lea(register, field(name));
  }

  protected loadLabelAddress(register: Register64, label: Label): void {
    this.#a.lea(register, label);
  }
}
