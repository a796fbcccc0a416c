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
