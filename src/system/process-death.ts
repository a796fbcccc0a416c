import { callLibc } from './libc.ts';

const PR_SET_PDEATHSIG = 1;
const SIGKILL = 9;

/** Has the kernel kill this process when the process that started it dies. */
export function dieWithParent(): void {
  callLibc('prctl', PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
}
