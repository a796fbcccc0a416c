import { flagsInC } from '../program/calls.ts';
import type { FlagSet } from '../program/ir.ts';
import type { TracedCall } from './trace-event.ts';

/** What the arguments of calls are, for people. */
const forms: Readonly<Record<string, readonly (FlagSet | 'address' | 'number' | 'hidden')[]>> = {
  mmap: ['address', 'number', 'prot', 'map', 'number', 'number'],
  munmap: ['address', 'number'],
  mprotect: ['address', 'number', 'prot'],
  pkey_mprotect: ['address', 'number', 'prot', 'number'],
  mremap: ['address', 'number', 'number', 'mremap', 'address'],
  madvise: ['address', 'number', 'advice'],
  pwrite64: ['number', 'hidden', 'number', 'address'],
  memfd_create: ['hidden', 'memfd'],
  fcntl: ['number', 'fcntl', 'seals'],
};

/** A call as C writes it, with the file's path behind its descriptor, and the result of those that map. */
export function callText({ name, args, file, result, writes }: TracedCall): string {
  const form = forms[name] ?? [];
  const words = args.map((value, index) => {
    if (file !== undefined && value === file.fd && form[index] === 'number') return `${value}<${file.path}>`;
    const kind = form[index] ?? 'number';
    if (kind === 'hidden' || Number.isNaN(value)) return '…';
    if (kind === 'address') return value === 0 && name !== 'pwrite64' ? 'NULL' : hexadecimal(value);
    return kind === 'number' ? String(value) : flagsInC(kind, value);
  });
  const target =
    writes?.[0] === undefined ? '' : ` of ${writes[0].length} bytes at ${hexadecimal(writes[0].start)}`;
  const maps = name === 'mmap' || name === 'mremap' ? ` = ${hexadecimal(result)}` : '';
  return `${name}(${words.join(', ')})${target}${maps}`;
}

function hexadecimal(value: number): string {
  return `0x${value.toString(16)}`;
}
