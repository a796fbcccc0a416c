import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { modules } from './modules.ts';

/** An import of a file of another module. */
export interface ModuleImport {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** Where a module is named: after `from`, alone after `import`, and in `import(…)`. */
const specifiers = /(?:^|\n)(?:import|export)\b[^;'`]*'(\.[^']+)'|\bimport\(\s*'(\.[^']+)'\s*\)/g;

const moduleOf = (path: string) => path.split(sep)[0] ?? '';

/** The modules that src/ has: its folders, and the files that lie in it. */
export function modulesOf(source: string): string[] {
  return readdirSync(source).filter((name) => !name.startsWith('.'));
}

/** Every import between modules, types too. */
export function importsOf(source: string): ModuleImport[] {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  return files.sort().flatMap((file) =>
    [...readFileSync(join(source, file), 'utf8').matchAll(specifiers)].flatMap((match) => {
      const target = join(source, dirname(file), match[1] ?? match[2] ?? '');
      const [from, to] = [moduleOf(file), moduleOf(relative(source, target))];
      return from === to || to === '..' ? [] : [{ file, from, to }];
    }),
  );
}

/** Those that do not point down the list of modules. */
export function upwardImports(imports: readonly ModuleImport[]): ModuleImport[] {
  const place = new Map(modules.map(({ name }, index) => [name, index]));
  return imports.filter(({ from, to }) => (place.get(from) ?? -1) >= (place.get(to) ?? -1));
}

/** Which module imports which, without those that a longer way leads to. */
export function arrowsOf(imports: readonly ModuleImport[]): [from: string, to: string][] {
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
