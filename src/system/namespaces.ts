import { closeSync, openSync } from 'node:fs';
import { callLibc } from './libc.ts';

const CLONE_NEWPID = 0x20000000;

/**
 * Runs `body`; a process that it starts is the first of a pid namespace of its own, with whose end all others there end. Throws a
 * SystemCallError where this process may not make one.
 */
export function withOwnPids<T>(body: () => T): T {
  const before = openSync('/proc/self/ns/pid', 'r');
  try {
    callLibc('unshare', CLONE_NEWPID);
    try {
      return body();
    } finally {
      callLibc('setns', before, CLONE_NEWPID);
    }
  } finally {
    closeSync(before);
  }
}
