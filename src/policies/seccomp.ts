import type { Architecture } from '../system/architecture.ts';
import { PROT } from '../system/constants.ts';
import type { Filter, Refusal } from '../system/seccomp.ts';
import { systemCallNumber } from '../system/syscalls.ts';
import { refusedByDocker } from './docker.ts';
import type { SeccompProfileName } from './policy.ts';

const EPERM = 1;
const ENOSYS = 38;

/** New namespaces: CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET. */
const namespaceFlags = 0x7e020000;

/** mseal, on both architectures. */
const newestKnown = 462;

/** Filters by name. */
export const seccompProfiles: Readonly<Record<SeccompProfileName, (architecture: Architecture) => Filter>> = {
  docker: (architecture) => ({
    refusals: [
      ...refusedByDocker[architecture].map((number) => ({ number, errno: EPERM })),
      {
        number: systemCallNumber(architecture, 'clone'),
        when: [{ index: 0, anyOf: namespaceFlags }],
        errno: EPERM,
      },
      // Its flags are in memory, where a filter cannot see them; libraries then call clone.
      { number: 435, errno: ENOSYS },
    ],
    newest: newestKnown,
  }),
  'systemd-mdwe': (architecture) => ({ refusals: denyWriteExecute(architecture) }),
};

/** What systemd.exec(5) says of MemoryDenyWriteExecute=: mappings that are both, and mappings that become executable. */
function denyWriteExecute(architecture: Architecture): Refusal[] {
  const number = (name: Parameters<typeof systemCallNumber>[1]) => systemCallNumber(architecture, name);
  const executable = { index: 2, anyOf: PROT.PROT_EXEC };
  return [
    { number: number('mmap'), when: [{ index: 2, anyOf: PROT.PROT_WRITE }, executable], errno: EPERM },
    { number: number('mprotect'), when: [executable], errno: EPERM },
    { number: number('pkey_mprotect'), when: [executable], errno: EPERM },
  ];
}
