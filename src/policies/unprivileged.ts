import { callLibc } from '../system/libc.ts';

const nobody = 65534;
const PR_SET_DUMPABLE = 4;

/** Becomes the user nobody, in all threads; stays as it is where it is not root. */
export function applyUnprivileged(): void {
  if (process.getuid?.() !== 0) return;
  callLibc('setgroups', 0, null);
  callLibc('setresgid', nobody, nobody, nobody);
  callLibc('setresuid', nobody, nobody, nobody);
  // A process that was nobody's from the start could read its own /proc/self.
  callLibc('prctl', PR_SET_DUMPABLE, 1, 0, 0, 0);
}
