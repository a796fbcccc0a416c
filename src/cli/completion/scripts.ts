import { readFileSync } from 'node:fs';
import type { Shell } from '../completion.ts';

/** The script of a shell. It knows nothing of mapbench: it hands over the words and shows what comes back. */
export function completionScript(shell: Shell): string {
  return readFileSync(new URL(`../../../completions/mapbench.${shell}`, import.meta.url), 'utf8');
}
