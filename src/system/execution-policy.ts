import { libc } from './libc.ts';

const PR_GET_MDWE = 66;

/** The bits of PR_SET_MDWE that hold for this process; undefined where the kernel does not know it (before Linux 6.3). */
export function mdweBits(): number | undefined {
  const bits = libc('prctl')(PR_GET_MDWE, 0, 0, 0, 0);
  return bits === -1 ? undefined : bits;
}
