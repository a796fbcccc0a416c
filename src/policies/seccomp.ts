import { PROT } from '../system/constants.ts';
import type { Filter, Refusal } from '../system/seccomp.ts';
import { type Architecture, systemCallNumber } from '../system/syscalls.ts';
import type { SeccompProfileName } from './policy.ts';

/**
 * System calls that Docker's default profile refuses with EPERM to a container without further capabilities,
 * whatever their arguments (https://docs.docker.com/engine/security/seccomp/, and the profile in moby/moby of
 * 2025), by name: x86-64's and AArch64's number, null where the architecture has none. The profile itself is
 * a list of what is allowed; what it does not know is above.
 */
const numbers: Readonly<Record<string, readonly [x64: number | null, arm64: number | null]>> = {
  acct: [163, 89],
  add_key: [248, 217],
  bpf: [321, 280],
  clock_settime: [227, 112],
  create_module: [174, null],
  delete_module: [176, 106],
  fanotify_init: [300, 262],
  finit_module: [313, 273],
  fsconfig: [431, 431],
  fsmount: [432, 432],
  fsopen: [430, 430],
  fspick: [433, 433],
  get_kernel_syms: [177, null],
  get_mempolicy: [239, 236],
  init_module: [175, 105],
  io_uring_enter: [426, 426],
  io_uring_register: [427, 427],
  io_uring_setup: [425, 425],
  ioperm: [173, null],
  iopl: [172, null],
  kcmp: [312, 272],
  kexec_file_load: [320, 294],
  kexec_load: [246, 104],
  keyctl: [250, 219],
  lookup_dcookie: [212, 18],
  mbind: [237, 235],
  migrate_pages: [256, 238],
  mount: [165, 40],
  mount_setattr: [442, 442],
  move_mount: [429, 429],
  move_pages: [279, 239],
  nfsservctl: [180, 42],
  open_by_handle_at: [304, 265],
  open_tree: [428, 428],
  perf_event_open: [298, 241],
  pidfd_getfd: [438, 438],
  pivot_root: [155, 41],
  process_madvise: [440, 440],
  query_module: [178, null],
  quotactl: [179, 60],
  quotactl_fd: [443, 443],
  reboot: [169, 142],
  request_key: [249, 218],
  set_mempolicy: [238, 237],
  set_mempolicy_home_node: [450, 450],
  setdomainname: [171, 162],
  sethostname: [170, 161],
  setns: [308, 268],
  settimeofday: [164, 170],
  swapoff: [168, 225],
  swapon: [167, 224],
  sysfs: [139, null],
  _sysctl: [156, null],
  syslog: [103, 116],
  umount2: [166, 39],
  unshare: [272, 97],
  uselib: [134, null],
  userfaultfd: [323, 282],
  ustat: [136, null],
  vhangup: [153, 58],
};

/** Their numbers. */
const refusedByDocker: Readonly<Record<Architecture, readonly number[]>> = {
  x64: Object.values(numbers).flatMap(([number]) => number ?? []),
  arm64: Object.values(numbers).flatMap(([, number]) => number ?? []),
};

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

/**
 * What systemd.exec(5) says of MemoryDenyWriteExecute=: mappings that are both, and mappings that become
 * executable.
 */
function denyWriteExecute(architecture: Architecture): Refusal[] {
  const number = (name: Parameters<typeof systemCallNumber>[1]) => systemCallNumber(architecture, name);
  const executable = { index: 2, anyOf: PROT.PROT_EXEC };
  return [
    { number: number('mmap'), when: [{ index: 2, anyOf: PROT.PROT_WRITE }, executable], errno: EPERM },
    { number: number('mprotect'), when: [executable], errno: EPERM },
    { number: number('pkey_mprotect'), when: [executable], errno: EPERM },
  ];
}
