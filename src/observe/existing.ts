import { readFileSync } from 'node:fs';
import { parseMaps } from '../system/memory.ts';
import type { Existing } from './follow.ts';

/**
 * What a process has mapped executable, or writable and shared, by /proc/<pid>/maps; nothing where that
 * cannot be read.
 */
export function existingOf(pid: number): Existing[] {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/maps`, 'utf8');
  } catch {
    return [];
  }
  return parseMaps(text).map(({ start, end, permissions, offset, path }) => ({
    ...{ start, end, offset, path },
    prot: [...'rwx'].reduce(
      (bits, letter, index) => bits | (permissions[index] === letter ? 2 ** index : 0),
      0,
    ),
    isShared: permissions[3] === 's',
  }));
}
