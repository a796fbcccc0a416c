import { accessSync, constants, readFileSync } from 'node:fs';
import type { SystemFiles } from '../system/files.ts';
import type { Change, Tried } from './change.ts';
import type { Setting, Wishes } from './setting.ts';
import { settings } from './settings.ts';

/** What is to be changed, and what cannot be. */
export interface Plan {
  readonly changes: readonly Change[];
  /** Names of settings that this user may not change. */
  readonly forbidden: readonly string[];
  /** Why others stay as they are, a sentence each. */
  readonly untouched: readonly string[];
}

/** What it takes to fulfil the wishes. Reads, and changes nothing. */
export function planChanges(files: SystemFiles, wishes: Wishes): Plan {
  const planned = settings.map((setting) => ({ setting, wanted: setting.plan(files, wishes) }));
  const due = planned.filter(({ wanted }) => wanted.length > 0);
  const isAllowed = ({ wanted }: (typeof planned)[number]) => wanted.every(({ path }) => isWritable(path));
  return {
    changes: due.filter(isAllowed).flatMap(({ wanted }) => wanted.flatMap(withBefore)),
    forbidden: due.filter((each) => !isAllowed(each)).map(({ setting }) => setting.name),
    untouched: planned
      .filter(({ wanted }) => wanted.length === 0)
      .map(({ setting }) => `${setting.name} ${setting.nothingToDo(files, wishes)}`),
  };
}

/** What was changed, a phrase a setting. */
export function describeTried(tried: readonly Tried[], wishes: Wishes): string[] {
  return settings.flatMap((setting) => {
    const own = tried.filter(({ path }) => setting.pattern.test(path));
    return own.length === 0 ? [] : [phrase(setting, own, wishes)];
  });
}

function phrase({ name, describe }: Setting, own: readonly Tried[], wishes: Wishes): string {
  const done = own.filter(({ set }) => set !== null);
  if (done.length === 0) return `${name}: the kernel refused`;
  const refused = own.filter(({ set }) => set === null);
  return `${name}: ${describe(done, refused, wishes)}`;
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function withBefore({ path, wanted }: Pick<Change, 'path' | 'wanted'>): Change[] {
  try {
    return [{ path, before: readFileSync(path, 'utf8'), wanted }];
  } catch {
    return [];
  }
}
