import { readFileSync } from 'node:fs';
import { packageFile } from '../../system/package-files.ts';
import type { Shell } from '../completion.ts';

/** The script of a shell. It knows nothing of mapbench: it hands over the words and shows what comes back. */
export function completionScript(shell: Shell): string {
  return readFileSync(packageFile(`completions/mapbench.${shell}`), 'utf8');
}
