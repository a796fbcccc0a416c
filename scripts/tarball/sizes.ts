import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Bytes of the files in a folder, at any depth. */
export function sizeOf(path: string, leaveOut: RegExp = /^$/): number {
  const found = lstatSync(path);
  if (!found.isDirectory()) return found.size;
  return readdirSync(path)
    .filter((name) => !leaveOut.test(name))
    .reduce((sum, name) => sum + sizeOf(join(path, name), leaveOut), 0);
}

/** Paths of the files and links in a folder, at any depth. */
export function filesIn(path: string): string[] {
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    const file = join(path, entry.name);
    return entry.isDirectory() ? filesIn(file) : [file];
  });
}

/** Bytes as people read them. */
export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(2)} MB`;
