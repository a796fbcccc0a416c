import {
  Arm64Assembler,
  at,
  postIndex,
  preIndex,
  type Register,
} from '../../../assembler/arm64/assembler.ts';
import type { Label } from '../../../assembler/code-buffer.ts';
import type { Recorder } from '../../../assembler/recorder.ts';
import { PKEY } from '../../../system/constants.ts';
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
import { Arm64Module } from './module.ts';
import { askWriter, startWriter } from './writer.ts';

const roles = {
  systemCall: ['x0', 'x1', 'x2', 'x3', 'x4', 'x5'],
  destination: 'x0',
  runsAt: 'x1',
  fileOffset: 'x2',
  counter: 'x3',
} as const;

// Registers that calls preserve (AAPCS64).
const context = 'x19';
const remaining = 'x20';
const values = 'x24';

/** What the loop keeps in registers, for listings. */
export const arm64Registers = { context, remaining, values };

const field = (name: ContextField) => at(context, fieldOffset(name));
const slot = (index: number) => at(values, slotOffset(index));

const kept = { context, remaining, values, slot, field } as const;

/** Errors are returned as -4095..-1 (MAX_ERRNO in include/linux/err.h). */
const maxErrno = 4095;

/** Which of a key's bits in POR_EL0 a right that is taken away clears (arch/arm64/mm/mmu.c). */
const keyDenials = [
  [PKEY.PKEY_DISABLE_ACCESS, 5],
  [PKEY.PKEY_DISABLE_WRITE, 4],
  [PKEY.PKEY_DISABLE_EXECUTE, 2],
] as const;

/** The loop in AArch64 machine code. */
export class Arm64Loop extends Loop<Register> {
  readonly #a: Arm64Assembler;

  constructor(recorder?: Recorder) {
    const plain = new Arm64Assembler();
    const assembler = recorder?.of(plain) ?? plain;
    super(assembler, roles, new Arm64Module(assembler, field));
    this.#a = assembler;
  }

  begin(size: ContextSize): void {
    const a = this.#a;
    a.bti_c();
    a.stp('x29', 'x30', preIndex('sp', -48));
    a.mov('x29', 'sp');
    a.stp(context, remaining, at('sp', 16));
    a.str(values, at('sp', 32));
    a.mov(context, 'x0');
    a.ldr(remaining, field('iterations'));
    this.#firstInstance(size);
    a.add(values, values, 'x1');
  }

  #firstInstance(size: ContextSize): void {
    this.#a.add(values, context, valuesOffset(size));
  }

  chooseInstance(size: ContextSize): void {
    const a = this.#a;
    this.#drawRandom();
    // A fraction of 32 bits times the instances, without a division.
    a.lsr('x9', 'x9', 32);
    a.movImmediate('x10', size.instances);
    a.mul('x9', 'x9', 'x10');
    a.lsr('x9', 'x9', 32);
    a.lsl('x9', 'x9', instanceShift(size));
    this.#firstInstance(size);
    a.add(values, values, 'x9');
  }

  keepResult(index: number): void {
    this.#a.str('x0', slot(index));
  }

  lastOfEvery(count: number, emit: () => void): void {
    const a = this.#a;
    const skip = a.label('skip');
    a.movImmediate('x9', count - 1);
    a.and('x9', remaining, 'x9');
    a.cmp('x9', 1);
    a.bne(skip);
    emit();
    a.bind(skip);
  }

  /**
   * The next number in x9: xorshift64 (Marsaglia, "Xorshift RNGs", Journal of Statistical Software 8(14),
   * 2003).
   */
  #drawRandom(): void {
    const a = this.#a;
    a.ldr('x9', field('random'));
    for (const [shift, by] of [
      ['lsl', 13],
      ['lsr', 7],
      ['lsl', 17],
    ] as const) {
      a[shift]('x10', 'x9', by);
      a.eor('x9', 'x9', 'x10');
    }
    a.str('x9', field('random'));
  }

  /** The highest bits of a random number are that of a page. */
  protected loadRandomAddress(register: Register, pageSize: number): void {
    const bits = pageNumberBits(pageSize);
    this.#drawRandom();
    this.#a.lsr('x9', 'x9', 64 - bits);
    this.#a.lsl(register, 'x9', 47 - bits);
  }

  /** The number of a load, which no other has; that of the setup's is 0. Changes x9. */
  protected loadCounter(register: Register, { load, loads }: LoadCounter): void {
    const a = this.#a;
    if (load === 'setup') {
      a.movImmediate(register, 0);
      return;
    }
    a.ldr('x9', field('stampBase'));
    a.add(register, remaining, 'x9');
    if (loads === 1) return;
    a.movImmediate('x9', loads);
    a.mul(register, register, 'x9');
    a.movImmediate('x9', load);
    a.add(register, register, 'x9');
  }

  /**
   * The four bits of the key in POR_EL0 are replaced: read 1, execute 2, write 4 (Arm ARM D24.2, POR_EL0).
   */
  setRights({ key, rights }: RightsStep): void {
    const a = this.#a;
    const granted = keyDenials.reduce(
      (all, [right, bits]) => ((rights & right) === 0 ? all : all & ~bits),
      7,
    );
    a.ldr('x9', slot(key.slot));
    a.lsl('x9', 'x9', 2);
    a.movImmediate('x10', 15);
    a.lslv('x10', 'x10', 'x9');
    a.movImmediate('x11', granted);
    a.lslv('x11', 'x11', 'x9');
    a.mrs('x9', 'por_el0');
    a.bic('x9', 'x9', 'x10');
    a.orr('x9', 'x9', 'x11');
    a.msr('por_el0', 'x9');
    a.isb();
  }

  store({ into, offset }: StoreStep, word: Operand): void {
    this.load('x0', word);
    this.#a.ldr('x1', slot(into.slot));
    this.#a.str('x0', at('x1', offset));
  }

  startWriter(step: StartWriterStep): void {
    this.load('x6', placeOperand(step.runsAt));
    startWriter(this.#a, step, { slot, write: this.routines.mapping });
  }

  askWriter(step: AskWriterStep, counter: LoadCounter): void {
    this.loadCounter('x3', counter);
    this.#a.ldr('x6', slot(step.control.slot));
    askWriter(this.#a);
  }

  handleFaults(step: HandleFaultsStep): void {
    const { handler } = this.routines;
    installHandler(this.#a, step, kept, { handler, check: () => this.checkResult(step.number) });
  }

  exitOnFailure(): void {
    this.#a.ldr('x9', field('failedStep'));
    this.#a.cbnz('x9', this.exit);
  }

  protected emitFaultHandler(work: ModuleWork, { counter, ...handling }: FaultHandling): void {
    emitFaultHandler(this.#a, handling, work.module.pageSize, kept, {
      write: this.routines.page,
      loadCounter: () => this.loadCounter('x3', counter),
      completePage: () => this.completePage(work),
    });
  }

  keepTicks(name: ContextField): void {
    this.#readTicks();
    this.#a.str('x0', field(name));
  }

  addInterval(index: number): void {
    const a = this.#a;
    this.#endInterval();
    const sum = at(context, sumOffset(index));
    a.ldr('x1', sum);
    a.add('x1', 'x1', 'x0');
    a.str('x1', sum);
  }

  traceInterval(): void {
    const a = this.#a;
    this.#endInterval();
    a.ldr('x1', field('tracePosition'));
    a.str('x0', at('x1'));
    a.add('x1', 'x1', 8);
    a.str('x1', field('tracePosition'));
  }

  /** Leaves the ticks of the interval in x0 and starts the next one. */
  #endInterval(): void {
    const a = this.#a;
    this.#readTicks();
    a.ldr('x1', field('intervalStart'));
    a.str('x0', field('intervalStart'));
    a.sub('x0', 'x0', 'x1');
  }

  /** The virtual counter in x0; the barriers keep it in its place (Arm ARM D13.8, CNTVCT_EL0). */
  #readTicks(): void {
    const a = this.#a;
    a.isb();
    a.mrs('x0', 'cntvct_el0');
    a.isb();
  }

  delay(turns: number): void {
    const a = this.#a;
    const turn = a.label('turn');
    a.movImmediate('x9', turns);
    a.bind(turn);
    a.subs('x9', 'x9', 1);
    a.bne(turn);
  }

  describeModule(bytes: number, counter: LoadCounter): void {
    const a = this.#a;
    this.loadCounter('x3', counter);
    a.str('x3', field('moduleNumber'));
    a.movImmediate('x9', bytes);
    a.str('x9', field('moduleBytes'));
    a.adr('x9', this.routines.callback);
    a.str('x9', field('moduleWrite'));
    a.str(context, field('moduleContext'));
  }

  errnoOfNull(errnoLocation: number): void {
    const a = this.#a;
    const made = a.label('made');
    a.cbnz('x0', made);
    this.callAddress(errnoLocation);
    a.ldrw('x0', at('x0'));
    a.neg('x0', 'x0');
    a.bind(made);
  }

  protected enterFromC(write: Label): void {
    const a = this.#a;
    const fieldOf = (name: ContextField) => at('x0', fieldOffset(name) - fieldOffset('moduleBytes'));
    a.bti_c();
    a.stp('x29', 'x30', preIndex('sp', -32));
    a.mov('x29', 'sp');
    a.str(context, at('sp', 16));
    a.ldr(context, fieldOf('moduleContext'));
    a.ldr('x3', fieldOf('moduleNumber'));
    a.mov('x0', 'x1');
    a.mov('x1', 'x2');
    a.bl(write);
    a.ldr(context, at('sp', 16));
    a.ldp('x29', 'x30', postIndex('sp', 32));
    a.ret();
  }

  protected callAddress(address: number): void {
    this.#a.movImmediate('x9', address);
    this.#a.blr('x9');
  }

  endIteration(): void {
    this.#a.subs(remaining, remaining, 1);
    this.#a.bne(this.iteration);
  }

  beginExit(): void {
    this.#a.bind(this.exit);
    this.#a.str(remaining, field('remaining'));
  }

  protected leave(): void {
    const a = this.#a;
    a.ldr('x0', field('failedStep'));
    a.neg('x0', 'x0');
    a.ldr(values, at('sp', 32));
    a.ldp(context, remaining, at('sp', 16));
    a.ldp('x29', 'x30', postIndex('sp', 48));
    a.ret();
  }

  protected fail(step: number): void {
    const a = this.#a;
    a.neg('x0', 'x0');
    a.str('x0', field('errno'));
    a.movImmediate('x0', step);
    a.str('x0', field('failedStep'));
    a.b(this.exit);
  }

  protected nop(): void {
    this.#a.nop();
  }

  protected enterKernel(number: number): void {
    this.#a.movImmediate('x8', number);
    this.#a.svc(0);
  }

  protected branchOnError(label: Label): void {
    this.#a.cmn('x0', maxErrno);
    this.#a.bhs(label);
  }

  protected call(routine: Label): void {
    this.#a.bl(routine);
  }

  protected loadConstant(register: Register, value: number): void {
    this.#a.movImmediate(register, value);
  }

  /** Changes x9 where `plus` is not 0. */
  protected loadSlot(register: Register, index: number, plus: number): void {
    this.#a.ldr(register, slot(index));
    if (plus === 0) return;
    this.#a.movImmediate('x9', plus);
    this.#a.add(register, register, 'x9');
  }

  protected loadFieldAddress(register: Register, name: ContextField): void {
    this.#a.add(register, context, fieldOffset(name));
  }

  protected loadLabelAddress(register: Register, label: Label): void {
    this.#a.adr(register, label);
  }
}
