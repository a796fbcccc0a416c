import { arm64Header, arm64Text } from '../../assembler/arm64/text.ts';
import type { Label } from '../../assembler/code-buffer.ts';
import { Recorder } from '../../assembler/recorder.ts';
import type { Instruction, TextOf } from '../../assembler/text.ts';
import { x64Header, x64Text } from '../../assembler/x64/text.ts';
import { type Architecture, systemCallName } from '../../system/syscalls.ts';
import type { Content } from '../../workloads/content.ts';
import { describeStep } from '../describe.ts';
import { type Program, resultOf } from '../ir.ts';
import { arm64Registers } from './arm64/loop.ts';
import { type CompileFor, compileLoop, type LoopOptions } from './compile.ts';
import { fieldAt, slotOffset } from './context.ts';
import { x64Registers } from './x64/loop.ts';

interface Syntax {
  readonly header: string;
  readonly comment: string;
  readonly textOf: TextOf;
  readonly registers: Readonly<Record<'context' | 'remaining' | 'values', string>>;
}

const syntaxes: Readonly<Record<Architecture, Syntax>> = {
  x64: { header: x64Header, comment: '#', textOf: x64Text, registers: x64Registers },
  arm64: { header: arm64Header, comment: '//', textOf: arm64Text, registers: arm64Registers },
};

const indent = ' '.repeat(8);
/** The column at which remarks begin. */
const remarksAt = 44;

/**
 * The loop of a program, as mapbench runs it, as assembly that GNU as turns into the same bytes; each step's
 * instructions stand below the step. `about` are lines for its head.
 */
export function listLoop(
  program: Program,
  content: Content,
  target: CompileFor,
  about: readonly string[],
  options: Pick<LoopOptions, 'distance'> = {},
): string {
  const { header, comment, textOf, registers } = syntaxes[target.architecture];
  const recorder = new Recorder();
  const { bytes, symbols } = compileLoop(program, content, target, { ...options, recorder });
  const labels = namesOf(recorder);
  const nameOf = (label: Label) => labels.get(label) ?? label.name;
  const remark = remarksOf(program, registers);
  // The first symbol is what is before the iteration.
  const steps = new Map(program.iteration.map((step, index) => [symbols[index + 1]?.offset, step]));
  const after = symbols[program.iteration.length + 1]?.offset;
  const kernel = new CallNames(target.architecture);
  const listed = new Set<number>();
  const lines: string[] = [];
  for (const each of recorder.written) {
    const step = steps.get(each.offset);
    if (each.kind === 'written' && !listed.has(each.offset)) {
      listed.add(each.offset);
      if (step !== undefined) lines.push('', `${comment} step ${step.number}: ${describeStep(step)}`);
      else if (each.offset === after) lines.push('', `${comment} the next iteration, or the end`);
    }
    if (each.kind === 'label') {
      const name = nameOf(each.label);
      lines.push(...(symbols.some((symbol) => symbol.name === name) ? [''] : []), `${name}:`);
      continue;
    }
    const { method, operands, offset, size } = each;
    const call = { method, operands, bytes: bytes.subarray(offset, offset + size) };
    const entered = kernel.after(method, operands);
    for (const { text, memory } of textOf(call, nameOf)) {
      const said = memory === undefined ? entered : remark(memory);
      const line = `${indent}${text}`;
      lines.push(said === undefined ? line : `${line.padEnd(remarksAt)} ${comment} ${said}`);
    }
  }
  const head = [
    ...about,
    `${registers.context}: the context; ${registers.remaining}: iterations left, from n down to 1; ${registers.values}: the program's values`,
  ];
  return `${head.map((line) => `${comment} ${line}`).join('\n')}\n${indent}${header}\n${indent}.text\nloop:\n${lines.join('\n')}\n`;
}

/** Knows which system call is made, from the number that was put into its register before. */
class CallNames {
  readonly #architecture: Architecture;
  #number: unknown;

  constructor(architecture: Architecture) {
    this.#architecture = architecture;
  }

  /** After an instruction: the call's name where it enters the kernel. */
  after(method: string, [register, value]: readonly unknown[]): string | undefined {
    if (register === (this.#architecture === 'x64' ? 'rax' : 'x8')) this.#number = value;
    const enters = method === 'syscall' || method === 'svc';
    return enters ? systemCallName(this.#architecture, Number(this.#number)) : undefined;
  }
}

/** A name for each label that no other thing has. */
function namesOf({ written }: Recorder): Map<Label, string> {
  const names = new Map<Label, string>();
  const taken = new Set(['loop']);
  for (const each of written) {
    if (each.kind !== 'label') continue;
    const plain = each.label.name.replaceAll(/\W+/g, '_').replace(/^_+/, '');
    let name = plain;
    for (let count = 2; taken.has(name); count++) name = `${plain}_${count}`;
    taken.add(name);
    names.set(each.label, name);
  }
  return names;
}

/** What lies in memory, by the registers that the loop keeps. */
function remarksOf({ setup, iteration }: Program, registers: Syntax['registers']) {
  const values = new Map(
    [...setup, ...iteration].flatMap((step) => {
      const value = resultOf(step);
      return value === undefined ? [] : [[slotOffset(value.slot), value.name] as const];
    }),
  );
  return ({ base, displacement }: NonNullable<Instruction['memory']>): string | undefined => {
    if (base === registers.values) return values.get(displacement);
    return base === registers.context ? fieldAt(displacement) : undefined;
  };
}
