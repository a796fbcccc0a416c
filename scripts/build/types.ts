import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Copies a package's type declaration and all that it imports by path. Ours are made of them. */
export function copyTypes(from: string, path: string, to: string, seen = new Set<string>()): void {
  if (seen.has(path)) return;
  seen.add(path);
  mkdirSync(dirname(join(to, path)), { recursive: true });
  copyFileSync(join(from, path), join(to, path));
  const text = readFileSync(join(from, path), 'utf8');
  for (const [, imported = ''] of text.matchAll(/(?:from|import\() ?["'](\.[^"']+)\.[jt]s["']/g))
    copyTypes(from, join(dirname(path), `${imported}.d.ts`), to, seen);
}
