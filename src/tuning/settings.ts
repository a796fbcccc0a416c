import { governor } from './governor.ts';
import { hugePages } from './huge-page-pool.ts';
import { interrupts } from './interrupts.ts';
import type { Setting } from './setting.ts';

/** What can be changed for the length of a run. */
export const settings: readonly Setting[] = [hugePages, governor, interrupts];

/** Whether a file is one that mapbench changes. */
export function isSetting(path: string): boolean {
  return settings.some(({ pattern }) => pattern.test(path));
}
