import { Arm64Assembler, postIndex, preIndex } from '../assembler/arm64/assembler.ts';
import { X64Assembler } from '../assembler/x64/assembler.ts';
import type { Architecture } from '../system/syscalls.ts';

/** Bytes from one function of an image to the next. */
export const functionBytes = 64;

/** What a function does with its mixed argument: returns it, or passes it on to another function. */
export type FunctionKind = 'leaf' | 'absolute' | 'relative' | 'link';

/** A function of an image: `f(x) = g((x ^ constant) * constant)`, modulo 2^64; a leaf has no g. */
export interface FunctionTemplate {
  /** As long as `functionBytes`. */
  readonly code: Uint8Array;
  /** Offset of the 64-bit constant. */
  readonly constantAt: number;
  /** Offset of what a relocation fixes up: a 64-bit address, or the distance of a call. */
  readonly fixupAt?: number;
}

/** Functions of the embedder that images link to: number n adds n + 1. */
export const embedderFunctions = 8;

/** Stands for a 64-bit value that is filled in later: no shorter form can hold it. */
const placeholder = 0x1122334455667788n;

/** The machine code of a kind of function. */
export function functionTemplate(kind: FunctionKind, architecture: Architecture): FunctionTemplate {
  return architecture === 'x64' ? x64Template(kind) : arm64Template(kind);
}

function x64Template(kind: FunctionKind): FunctionTemplate {
  const a = new X64Assembler();
  a.endbr64();
  a.push('rbp');
  a.mov('rbp', 'rsp');
  a.mov('rcx', placeholder);
  const constantAt = a.length - 8;
  a.xor('rdi', 'rcx');
  a.imul('rdi', 'rcx');
  let fixupAt: number | undefined;
  if (kind === 'leaf') a.mov('rax', 'rdi');
  else if (kind === 'relative') {
    a.emitBytes([0xe8]);
    fixupAt = a.length;
    a.emit32(0);
  } else {
    a.mov('rax', placeholder);
    fixupAt = a.length - 8;
    a.call('rax');
  }
  a.pop('rbp');
  a.ret();
  return template(a.finish(), 0xcc, constantAt, fixupAt);
}

function arm64Template(kind: FunctionKind): FunctionTemplate {
  const a = new Arm64Assembler();
  const [constant, target] = [a.label('constant'), a.label('target')];
  a.bti_c();
  a.stp('x29', 'x30', preIndex('sp', -16));
  a.mov('x29', 'sp');
  a.ldrLiteral('x1', constant);
  a.eor('x0', 'x0', 'x1');
  a.mul('x0', 'x0', 'x1');
  let fixupAt: number | undefined;
  if (kind === 'relative') {
    fixupAt = a.length;
    a.nop(); // the relocation writes the whole branch
  } else if (kind !== 'leaf') {
    a.ldrLiteral('x16', target);
    a.blr('x16');
  }
  a.ldp('x29', 'x30', postIndex('sp', 16));
  a.ret();
  a.align(8);
  a.bind(constant);
  const constantAt = a.length;
  a.emit64(placeholder);
  a.bind(target);
  if (kind === 'absolute' || kind === 'link') {
    fixupAt = a.length;
    a.emit64(0n);
  }
  return template(a.finish(), 0, constantAt, fixupAt);
}

function template(
  code: Uint8Array,
  padding: number,
  constantAt: number,
  fixupAt: number | undefined,
): FunctionTemplate {
  const whole = new Uint8Array(functionBytes).fill(padding);
  whole.set(code);
  return { code: whole, constantAt, ...(fixupAt !== undefined && { fixupAt }) };
}

/** The embedder's functions, `functionBytes` apart. */
export function embedderCode(architecture: Architecture): Uint8Array {
  const code = new Uint8Array(embedderFunctions * functionBytes);
  for (let number = 0; number < embedderFunctions; number++)
    code.set(embedderFunction(number, architecture), number * functionBytes);
  return code;
}

function embedderFunction(number: number, architecture: Architecture): Uint8Array {
  if (architecture === 'x64') {
    const a = new X64Assembler();
    a.endbr64();
    a.lea('rax', { base: 'rdi', displacement: number + 1 });
    a.ret();
    return a.finish();
  }
  const a = new Arm64Assembler();
  a.bti_c();
  a.add('x0', 'x0', number + 1);
  a.ret();
  return a.finish();
}
