import { readFileSync, writeFileSync } from 'node:fs';
import type { Change, Tried } from './change.ts';

/** Writes the changes one by one. Throws nothing: what the kernel refuses is in the result. */
export function applyChanges(changes: readonly Change[]): Tried[] {
  return changes.map((change) => {
    try {
      writeFileSync(change.path, change.wanted);
      return { ...change, set: readFileSync(change.path, 'utf8') };
    } catch {
      return { ...change, set: null };
    }
  });
}
