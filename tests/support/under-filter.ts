/** Runs mapbench with one system call refused in it and in all its children: `under-filter.ts <refusal> <argument…>`. */
import { spawnSync } from 'node:child_process';
import { bin } from './mapbench.ts';
import { refuse } from './seccomp.ts';

const [refusal, ...parameters] = process.argv.slice(2);
refuse(JSON.parse(refusal ?? ''));
const { status } = spawnSync(process.execPath, [bin, ...parameters], { stdio: 'inherit' });
process.exitCode = status ?? 1;
