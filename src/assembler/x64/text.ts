import { Label } from '../code-buffer.ts';
import { asData, type Instruction, type TextOf } from '../text.ts';
import type { Memory, Register64 } from './assembler.ts';

/** Directives that x86-64 text needs. */
export const x64Header = '.intel_syntax noprefix';

const oneByte = ['nop', 'pause', 'ret', 'int3'];

/** Jumps to labels, which the assembler gives 32 bits; GNU as would take 8 where they do. */
const jumps = /^j(mp|n?[sle]|[abgl]e?|ae|be)$/;

const low32: Readonly<Record<string, string>> = { rsp: 'esp', rbp: 'ebp', rsi: 'esi', rdi: 'edi' };

function dword(register: string): string {
  return low32[register] ?? (/\d/.test(register) ? `${register}d` : `e${register.slice(1)}`);
}

function byte(register: string): string {
  if (/\d/.test(register)) return `${register}b`;
  return `${register.slice(1).replace('x', '')}l`;
}

type Operand = Register64 | Memory | Label | number | bigint;
type Size = 'byte' | 'dword' | 'qword' | undefined;

/** x86-64 instructions in Intel's syntax. */
export const x64Text: TextOf = ({ method, operands, bytes }, nameOf) => {
  const given = operands as readonly Operand[];
  const memory = given.find(isMemory);
  const address = (size: Size) => (size === undefined ? '' : `${size} ptr `);
  const operand = (each: Operand, size: Size): string => {
    if (each instanceof Label) return nameOf(each);
    if (isMemory(each)) return address(size) + inMemory(each);
    if (typeof each !== 'string') return String(each);
    return size === 'dword' ? dword(each) : size === 'byte' ? byte(each) : each;
  };
  const line = (name: string, size: Size): Instruction[] => {
    const text = [name, given.map((each) => operand(each, size)).join(', ')].join(' ').trim();
    return [{ text, ...(memory && { memory }) }];
  };
  const [first, second] = given;
  switch (method) {
    case 'align':
      return paddings(bytes.length);
    case 'emitBytes':
      return [{ text: asData(bytes) }];
    case 'mov':
      return typeof second === 'number' || typeof second === 'bigint'
        ? [{ text: moveOf(String(first), BigInt.asIntN(64, BigInt(second))) }]
        : line('mov', 'qword');
    case 'mov32':
      return line('mov', 'dword');
    case 'mov8':
      return line('mov', 'byte');
    case 'xor32':
      return line('xor', 'dword');
    case 'movups':
    case 'clflush':
    case 'clwb':
      return line(method, undefined);
    case 'shl_cl':
      return [{ text: `shl ${operand(first as Operand, 'qword')}, cl` }];
    case 'lea':
      return second instanceof Label
        ? [{ text: `lea ${String(first)}, [rip + ${nameOf(second)}]` }]
        : line('lea', undefined);
    default:
      return line(
        first instanceof Label && jumps.test(method) ? `{disp32} ${method}` : method,
        oneByte.includes(method) ? undefined : 'qword',
      );
  }
};

/** Intel's recommended paddings as text, the longest first. */
const nops: readonly [bytes: number, text: string][] = [
  [9, '{disp32} nop word ptr [rax + rax]'],
  [8, '{disp32} nop dword ptr [rax + rax]'],
  [7, '{disp32} nop dword ptr [rax]'],
  [6, '{disp8} nop word ptr [rax + rax]'],
  [5, '{disp8} nop dword ptr [rax + rax]'],
  [4, '{disp8} nop dword ptr [rax]'],
  [3, 'nop dword ptr [rax]'],
  [2, 'xchg ax, ax'],
  [1, 'nop'],
];

function paddings(length: number): Instruction[] {
  const found = nops.find(([bytes]) => bytes <= length);
  return found === undefined ? [] : [{ text: found[1] }, ...paddings(length - found[0])];
}

function isMemory(operand: Operand): operand is Memory {
  return typeof operand === 'object' && !(operand instanceof Label);
}

function inMemory({ base, index, displacement }: Memory): string {
  const sign = displacement < 0 ? '-' : '+';
  const distance = displacement === 0 ? '' : ` ${sign} ${Math.abs(displacement)}`;
  return `[${base}${index === undefined ? '' : ` + ${index}`}${distance}]`;
}

/** The shortest form, as the assembler takes it. */
function moveOf(register: string, value: bigint): string {
  if (value >= 0n && value < 2n ** 32n) return `mov ${dword(register)}, ${value}`;
  if (value < 0n && value >= -(2n ** 31n)) return `mov ${register}, ${value}`;
  return `movabs ${register}, 0x${BigInt.asUintN(64, value).toString(16)}`;
}
