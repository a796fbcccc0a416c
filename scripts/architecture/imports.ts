import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { rooms } from './floors.ts';

/** An import of a file of another room. */
export interface RoomImport {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** Where a module is named: after `from`, alone after `import`, and in `import(…)`. */
const modules = /(?:^|\n)(?:import|export)\b[^;'`]*'(\.[^']+)'|\bimport\(\s*'(\.[^']+)'\s*\)/g;

const roomOf = (path: string) => path.split(sep)[0] ?? '';

/** The rooms that src/ has: its folders, and the files that lie in it. */
export function roomsOf(source: string): string[] {
  return readdirSync(source).filter((name) => !name.startsWith('.'));
}

/** Every import between rooms, types too. */
export function importsOf(source: string): RoomImport[] {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  return files.sort().flatMap((file) =>
    [...readFileSync(join(source, file), 'utf8').matchAll(modules)].flatMap((match) => {
      const target = join(source, dirname(file), match[1] ?? match[2] ?? '');
      const [from, to] = [roomOf(file), roomOf(relative(source, target))];
      return from === to || to === '..' ? [] : [{ file, from, to }];
    }),
  );
}

/** Those that do not point down the list of rooms. */
export function upwardImports(imports: readonly RoomImport[]): RoomImport[] {
  const place = new Map(rooms.map(({ name }, index) => [name, index]));
  return imports.filter(({ from, to }) => (place.get(from) ?? -1) >= (place.get(to) ?? -1));
}

/** Which room imports which, without those that a longer way leads to. */
export function arrowsOf(imports: readonly RoomImport[]): [from: string, to: string][] {
  const below = new Map<string, Set<string>>();
  for (const { from, to } of imports) below.set(from, (below.get(from) ?? new Set()).add(to));
  const reaches = (from: string, to: string): boolean =>
    from === to || [...(below.get(from) ?? [])].some((next) => reaches(next, to));
  return [...below].flatMap(([from, targets]) =>
    [...targets]
      .filter((to) => ![...targets].some((other) => other !== to && reaches(other, to)))
      .map((to): [string, string] => [from, to]),
  );
}
