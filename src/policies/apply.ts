import { describeErrno } from '../system/errno.ts';
import { SystemCallError } from '../system/libc.ts';
import { applyMdwe } from './mdwe.ts';
import { applyMemlock } from './memlock.ts';
import { applyNoexecShm } from './noexec-shm.ts';
import { type PolicyName, parsePolicies, policyKinds } from './policy.ts';
import { applySeccomp } from './seccomp.ts';
import { applyUnprivileged } from './unprivileged.ts';

/** A policy that this host cannot put a process under. The message is a sentence. */
export class PolicyError extends Error {}

/** What puts the calling process under a policy, given its value. That of memfds is put on by who starts the process. */
const appliers: Readonly<Record<PolicyName, (value: string) => void>> = {
  'memfd-noexec': () => {},
  'noexec-shm': applyNoexecShm,
  memlock: applyMemlock,
  unprivileged: applyUnprivileged,
  mdwe: applyMdwe,
  seccomp: applySeccomp,
};

/** Puts the calling process under policies for good, given as text. Throws a PolicyError where that cannot be done. */
export function applyPolicies(text: string): void {
  for (const { name, value, text: own } of parsePolicies(text)) {
    try {
      appliers[name](value);
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      const remedy = policyKinds.find((kind) => kind.name === name)?.remedy;
      throw new PolicyError(
        `the policy ${own} cannot be put on: ${error.call}: ${describeErrno(error.errno)}; ${remedy}`,
      );
    }
  }
}
