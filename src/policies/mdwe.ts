import { callLibc } from '../system/libc.ts';

// include/uapi/linux/prctl.h
const [PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN] = [65, 1];

/** Memory-deny-write-execute: from here on mappings cannot gain execution, in this process and in those that it starts. */
export function applyMdwe(): void {
  callLibc('prctl', PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0);
}
