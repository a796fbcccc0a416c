import type { SystemFiles } from '../../system/files.ts';
import { type Check, fine, note, strategiesOf, strategiesThatNeed, unknown } from '../check.ts';

const memfdPath = '/proc/sys/vm/memfd_noexec';

export const memfdNoexec: Check = {
  id: 'memfd-noexec',
  look({ files }) {
    const value = files.readText(memfdPath);
    if (value === undefined) return fine('not there (it is of Linux 6.3)', 'memfds may be mapped executable');
    if (value === '2')
      return note(
        'vm.memfd_noexec is 2',
        'memfd_create with MFD_EXEC fails with EACCES; mapbench passes no MFD_EXEC and runs, some JITs do not',
        'sysctl -w vm.memfd_noexec=0',
      );
    return fine(
      `vm.memfd_noexec is ${value}`,
      'memfds may be mapped executable: it concerns their file mode only',
    );
  },
};

const REFUSE_EXEC_GAIN = 1;

export const mdwe: Check = {
  id: 'mdwe',
  look({ mdwe: bits }) {
    if (bits === undefined)
      return fine('the kernel does not know it (it is of Linux 6.3)', 'nothing is refused');
    if ((bits & REFUSE_EXEC_GAIN) === 0) return fine('off', 'written mappings may become executable');
    return note(
      'on: this process may not make written memory executable (PR_SET_MDWE)',
      `unavailable: ${strategiesOf('flip', 'rwx')}`,
      'systemd: MemoryDenyWriteExecute=no',
    );
  },
};

/** The Seccomp field of /proc/<pid>/status. */
const seccompModes: Readonly<Record<string, string>> = { 0: 'off', 1: 'strict', 2: 'filter' };

export const seccomp: Check = {
  id: 'seccomp',
  look({ files }) {
    const status = files.readText('/proc/self/status') ?? '';
    const field = (name: string) => new RegExp(`^${name}:\\s*(\\d+)$`, 'm').exec(status)?.[1];
    const mode = seccompModes[field('Seccomp') ?? ''];
    if (mode === undefined)
      return unknown('Seccomp in /proc/self/status', 'a filter would slow every system call');
    if (mode === 'off') return fine('off', 'no filter stands before system calls');
    const filters = field('Seccomp_filters');
    return note(
      `${mode}${filters === undefined ? '' : `, ${filters} filters`}`,
      'every system call passes the filters first, and some are refused: mapbench list says which strategies',
      'docker run --security-opt seccomp=unconfined',
    );
  },
};

const userfaultPath = '/proc/sys/vm/unprivileged_userfaultfd';

export const procMem: Check = {
  id: 'proc-mem',
  look({ files }) {
    const mode = /\bproc_mem\.force_override=(\w+)/.exec(files.readText('/proc/cmdline') ?? '')?.[1];
    if (mode === undefined || mode === 'always')
      return fine(
        mode === undefined ? 'no proc_mem.force_override on the kernel command line' : 'always',
        'procmem runs, unless the kernel was built with CONFIG_PROC_MEM_NO_FORCE',
      );
    const affected = strategiesThatNeed('procmem');
    return note(`proc_mem.force_override=${mode}`, `unavailable (EIO): ${affected}`, 'boot without it');
  },
};

export const userfaultfd: Check = {
  id: 'userfaultfd',
  look({ files }) {
    const value = files.readText(userfaultPath);
    if (value === undefined)
      return unknown(userfaultPath, `${strategiesThatNeed('userfaultfd')} may be unavailable`);
    return fine(
      `vm.unprivileged_userfaultfd is ${value}`,
      'uffd_copy handles faults of user mode only, which needs no privilege',
    );
  },
};

/** The label by which a security module knows this process; undefined where no module gives one. */
function labelOf({ readText }: SystemFiles): string | undefined {
  return readText('/proc/self/attr/current')?.replace(/\0.*$/, '');
}

export const selinux: Check = {
  id: 'selinux',
  look({ files }) {
    const enforce = files.readText('/sys/fs/selinux/enforce');
    const effect = `where the domain lacks execmem, these fail with EACCES: ${strategiesOf('flip', 'rwx')}, mremap_dup`;
    if (enforce === '1')
      return note(
        `enforcing, as ${labelOf(files) ?? 'an unknown label'}`,
        effect,
        'setsebool -P allow_execmem 1',
      );
    if (enforce === '0') return fine('permissive', 'refusals are logged only');
    const modules = files.readText('/sys/kernel/security/lsm');
    if (modules?.includes('selinux')) return unknown('/sys/fs/selinux/enforce', effect);
    // A process that SELinux watches has a label: user:role:type:level.
    const label = labelOf(files);
    if (label !== undefined && label.split(':').length >= 3)
      return unknown('/sys/fs/selinux/enforce', effect);
    if (files.readText('/proc/self/status') === undefined) return unknown('/proc/self/attr/current', effect);
    return fine('not active', 'it refuses nothing');
  },
};

export const apparmor: Check = {
  id: 'apparmor',
  look({ files }) {
    const enabled = files.readText('/sys/module/apparmor/parameters/enabled');
    if (files.readText('/proc/self/status') === undefined)
      return unknown('/proc/self/attr/current', 'a profile may forbid executable mappings of files');
    const label = files.readText('/proc/self/attr/apparmor/current') ?? labelOf(files);
    if (enabled !== 'Y') return fine('not active', 'it refuses nothing');
    if (label === undefined || label === 'unconfined')
      return fine(label ?? 'no profile', 'it refuses nothing');
    return note(
      `profile ${label}`,
      'files, and with them image_ro, image_private and shm_open, are executable only where the profile says m',
      'aa-exec -p unconfined -- mapbench run …',
    );
  },
};
