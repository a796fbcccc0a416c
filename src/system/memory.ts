import { MAP, PROT } from './constants.ts';
import { callLibc } from './libc.ts';

/**
 * Zeroed memory of this process, writable, from a page start on. Returns its address; give it back with
 * `freeMemory`.
 */
export function allocateMemory(length: number): number {
  const flags = MAP.MAP_PRIVATE | MAP.MAP_ANONYMOUS;
  return callLibc('mmap', 0, length, PROT.PROT_READ | PROT.PROT_WRITE, flags, -1, 0);
}

export function freeMemory(address: number, length: number): void {
  callLibc('munmap', address, length);
}

/** One line of /proc/<pid>/maps. Addresses in bytes, `end` exclusive. */
export interface MapsEntry {
  readonly start: number;
  readonly end: number;
  /** As `r-xp`: read, write, execute, then p(rivate) or s(hared). */
  readonly permissions: string;
  /** Where in its file it begins, in bytes. */
  readonly offset: number;
  readonly path: string;
}

/** Parses the text of /proc/<pid>/maps. */
export function parseMaps(text: string): MapsEntry[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [range = '', permissions = '', offset = '0', , , ...path] = line.split(/\s+/);
      const [start = '0', end = '0'] = range.split('-');
      return {
        start: Number.parseInt(start, 16),
        end: Number.parseInt(end, 16),
        permissions,
        offset: Number.parseInt(offset, 16),
        path: path.join(' '),
      };
    });
}

const _SC_PAGESIZE = 30;

/** The system's page size in bytes. */
export function pageSize(): number {
  return callLibc('sysconf', _SC_PAGESIZE);
}
