/** Runs mapbench with one system call refused in it and in all its children: `under-filter.ts <refusal> <argument…>`. */
import { spawnSync } from 'node:child_process';
import { bin } from './mapbench.ts';
import { refuse } from './seccomp.ts';
import { withThisProcess } from './stub.ts';

const [refusal, ...parameters] = process.argv.slice(2);
await withThisProcess((target) => refuse(target, JSON.parse(refusal ?? '')));
const { status } = spawnSync(process.execPath, [bin, ...parameters], { stdio: 'inherit' });
process.exitCode = status ?? 1;
