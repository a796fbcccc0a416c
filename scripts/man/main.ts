/** Writes man/mapbench.1. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mapbenchProgram } from '../../src/cli/commands.ts';
import { manualPage } from './page.ts';

writeFileSync(join(import.meta.dirname, '../../man/mapbench.1'), manualPage(mapbenchProgram()));
