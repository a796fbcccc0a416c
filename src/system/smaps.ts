import { type MapsEntry, parseMaps } from './memory.ts';

/** A mapping and what it holds, as /proc/<pid>/smaps tells it. Bytes. */
export interface MemoryOfMapping extends MapsEntry {
  /** Of its pages, each divided by how often it is mapped. */
  readonly proportional: number;
  /** Of the pool of huge pages, which no resident set counts; the same page in each mapping of it. */
  readonly huge: number;
  /** Of its file; 0 without one. */
  readonly inode: number;
}

const headOf = /^[0-9a-f]+-[0-9a-f]+ /;

/** Parses the text of /proc/<pid>/smaps (Documentation/filesystems/proc.rst); the fields are of kB. */
export function parseSmaps(text: string): MemoryOfMapping[] {
  const found: { entry: MapsEntry; inode: number; fields: Map<string, number> }[] = [];
  for (const line of text.split('\n')) {
    if (headOf.test(line)) {
      const [entry] = parseMaps(line);
      const inode = Number(line.split(/\s+/)[4] ?? 0);
      if (entry !== undefined) found.push({ entry, inode, fields: new Map() });
      continue;
    }
    const [, name, value] = /^(\w+):\s+(\d+) kB$/.exec(line) ?? [];
    if (name !== undefined) found.at(-1)?.fields.set(name, 1024 * Number(value));
  }
  return found.map(({ entry, inode, fields }) => {
    const of = (name: string) => fields.get(name) ?? 0;
    const huge = of('Private_Hugetlb') + of('Shared_Hugetlb');
    return { ...entry, inode, proportional: of('Pss'), huge };
  });
}
