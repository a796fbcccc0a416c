/**
 * Runs mapbench with one system call refused in it and in all its children: `under-filter.ts <refusal>
 * <argument…>`, or another program: `under-filter.ts <refusal> -- <program> <argument…>`.
 */
import { spawnSync } from 'node:child_process';
import { bin } from './mapbench.ts';
import { refuse } from './seccomp.ts';
import { withThisProcess } from './stub.ts';

const [refusal, ...parameters] = process.argv.slice(2);
await withThisProcess((target) => refuse(target, JSON.parse(refusal ?? '')));
const [program = '', ...rest] =
  parameters[0] === '--' ? parameters.slice(1) : [process.execPath, bin, ...parameters];
const { status } = spawnSync(program, rest, { stdio: 'inherit' });
process.exitCode = status ?? 1;
