import { Arm64Assembler, at, postIndex, preIndex, type Register } from '../assembler/arm64.ts';
import type { Label } from '../assembler/code-buffer.ts';
import { type ContextField, fieldOffset, slotOffset } from './context.ts';
import type { ModuleWork, Operand, Target } from './target.ts';

const argumentRegisters = ['x0', 'x1', 'x2', 'x3', 'x4', 'x5'] as const;

// Registers that calls preserve (AAPCS64).
const context = 'x19';
const remaining = 'x20';
const address = 'x21';
const pages = 'x22';
const expected = 'x23';

const field = (name: ContextField) => at(context, fieldOffset(name));
const slot = (index: number) => at(context, slotOffset(index));

/** Errors are returned as -4095..-1 (MAX_ERRNO in include/linux/err.h). */
const maxErrno = 4095;

/** The loop in AArch64 machine code. */
export class Arm64Target implements Target {
  readonly #a = new Arm64Assembler();
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
    a.bti_c();
    a.stp('x29', 'x30', preIndex('sp', -32));
    a.mov('x29', 'sp');
    a.stp(context, remaining, at('sp', 16));
    a.mov(context, 'x0');
    a.ldr(remaining, field('iterations'));
  }

  systemCall(number: number, operands: readonly Operand[]): void {
    const a = this.#a;
    operands.forEach((operand, index) => {
      const register = argumentRegisters[index];
      if (register === undefined) throw new RangeError('a system call takes at most six arguments');
      this.#load(register, operand);
    });
    a.movImmediate('x8', number);
    a.svc(0);
  }

  checkResult(step: number): void {
    const label = this.#a.label(`failure of step ${step}`);
    this.#failures.push({ label, step });
    this.#a.cmn('x0', maxErrno);
    this.#a.bhs(label);
  }

  keepResult(index: number): void {
    this.#a.str('x0', slot(index));
  }

  #load(register: Register, operand: Operand): void {
    if ('constant' in operand) this.#a.movImmediate(register, operand.constant);
    else if ('slot' in operand) this.#a.ldr(register, slot(operand.slot));
    else if ('random' in operand) this.#loadRandom(register);
    else this.#a.add(register, context, fieldOffset(operand.addressOf));
  }

  beginIteration(): void {
    this.#a.align(64);
    this.#a.bind(this.#iteration);
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

  /** xorshift64 (Marsaglia, "Xorshift RNGs", Journal of Statistical Software 8(14), 2003); 35 bits of it number a page. */
  #loadRandom(register: Register): void {
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
    a.lsr('x9', 'x9', 64 - 35);
    a.lsl(register, 'x9', 12);
  }

  callWriteModule(index: number): void {
    this.#callRoutine(index, this.#writeModule);
  }

  callExecuteModule(index: number): void {
    this.#callRoutine(index, this.#executeModule);
  }

  #callRoutine(index: number, routine: Label): void {
    this.#a.ldr('x0', slot(index));
    this.#a.bl(routine);
  }

  keepTicks(name: ContextField): void {
    this.#readTicks();
    this.#a.str('x0', field(name));
  }

  startInterval(): void {
    this.keepTicks('intervalStart');
  }

  addInterval(index: number): void {
    const a = this.#a;
    this.#endInterval();
    a.ldr('x1', slot(index));
    a.add('x1', 'x1', 'x0');
    a.str('x1', slot(index));
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

  endIteration(): void {
    this.#a.subs(remaining, remaining, 1);
    this.#a.bne(this.#iteration);
  }

  beginExit(): void {
    this.#a.bind(this.#exit);
    this.#a.str(remaining, field('remaining'));
  }

  end(): void {
    const a = this.#a;
    a.ldp(context, remaining, at('sp', 16));
    a.ldp('x29', 'x30', postIndex('sp', 32));
    a.ret();
    for (const { label, step } of this.#failures) {
      a.bind(label);
      a.neg('x0', 'x0');
      a.str('x0', field('errno'));
      a.movImmediate('x0', step);
      a.str('x0', field('failedStep'));
      a.b(this.#exit);
    }
  }

  /**
   * `void write_module(void *module)`. Ends with the data cache cleaned to the point of unification (Arm ARM B2.4.4):
   * what follows may run the code through another mapping.
   */
  writeModule({ module, code }: ModuleWork): void {
    const a = this.#a;
    a.align(64);
    a.bind(this.#writeModule);
    a.stp('x29', 'x30', preIndex('sp', -16));
    a.mov('x29', 'sp');
    a.movImmediate('x1', code.bits);
    if (code.stamp !== undefined) {
      this.#loadStamp('x2', code.stamp.width);
      a.lsl('x2', 'x2', code.stamp.at);
      a.orr('x1', 'x1', 'x2');
    }
    a.movImmediate('x3', module.pages);
    a.movImmediate('x4', module.pageSize);
    const page = a.label('page');
    a.bind(page);
    if (code.bytes === 1) a.strb('x1', at('x0'));
    else if (code.bytes === 4) a.strw('x1', at('x0'));
    else a.str('x1', at('x0'));
    a.dc_cvau('x0');
    a.add('x0', 'x0', 'x4');
    a.subs('x3', 'x3', 1);
    a.bne(page);
    a.dsb_ish();
    a.ldp('x29', 'x30', postIndex('sp', 16));
    a.ret();
  }

  /** `void execute_module(void *module)`. Begins with the instruction cache invalidated for what was written. */
  executeModule({ module, code }: ModuleWork): void {
    const a = this.#a;
    a.align(64);
    a.bind(this.#executeModule);
    a.stp('x29', 'x30', preIndex('sp', -48));
    a.mov('x29', 'sp');
    a.stp(address, pages, at('sp', 16));
    a.str(expected, at('sp', 32));
    a.mov(address, 'x0');
    a.movImmediate(pages, module.pages);
    a.movImmediate('x4', module.pageSize);
    const line = a.label('line');
    a.bind(line);
    a.ic_ivau('x0');
    a.add('x0', 'x0', 'x4');
    a.subs(pages, pages, 1);
    a.bne(line);
    a.dsb_ish();
    a.isb();
    if (code.stamp !== undefined) this.#loadStamp(expected, code.stamp.width);
    a.movImmediate(pages, module.pages);
    const page = a.label('page');
    a.bind(page);
    a.blr(address);
    if (code.stamp !== undefined) this.#checkStamp();
    a.movImmediate('x4', module.pageSize);
    a.add(address, address, 'x4');
    a.subs(pages, pages, 1);
    a.bne(page);
    a.ldr(expected, at('sp', 32));
    a.ldp(address, pages, at('sp', 16));
    a.ldp('x29', 'x30', postIndex('sp', 48));
    a.ret();
  }

  #loadStamp(register: Register, width: number): void {
    this.#a.ldr('x9', field('stampBase'));
    this.#a.add('x9', 'x9', remaining);
    this.#a.ubfx(register, 'x9', 0, width);
  }

  #checkStamp(): void {
    const a = this.#a;
    const fresh = a.label('fresh');
    a.ubfx('x0', 'x0', 0, 32);
    a.cmp('x0', expected);
    a.beq(fresh);
    this.#increment('stale');
    a.bind(fresh);
    this.#increment('executed');
  }

  #increment(counter: ContextField): void {
    this.#a.ldr('x9', field(counter));
    this.#a.add('x9', 'x9', 1);
    this.#a.str('x9', field(counter));
  }

  finish(): Uint8Array {
    return this.#a.finish();
  }
}
