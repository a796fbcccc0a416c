import { callLibc } from './libc.ts';

const PR_SET_PDEATHSIG = 1;
const SIGKILL = 9;

/**
 * Has the kernel kill this process when the process that started it dies; ends it where that has happened already. `parent` is the id
 * of the process that should have started it; undefined where another one stands in between.
 */
export function dieWithParent(parent?: number): void {
  callLibc('prctl', PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (parent !== undefined && process.ppid !== parent) process.exit(1);
}
