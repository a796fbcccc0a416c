import { commandToFill } from '../system/huge-pages.ts';

/** What many strategies need of the host, and what helps where it does not grant it. */
export const needs = {
  written: {
    needs: 'a policy that lets a written mapping become executable',
    remedy:
      'run without PR_SET_MDWE, systemd MemoryDenyWriteExecute and SELinux execmem, or take a dual mapping',
  },
  both: {
    needs: 'a policy that allows writable and executable mappings',
    remedy:
      'run without PR_SET_MDWE, systemd MemoryDenyWriteExecute and SELinux execmem, or take a dual mapping',
  },
  memfd: {
    needs: 'memfd_create (Linux 3.17)',
    remedy: 'allow memfd_create in the seccomp filter',
  },
  hugePages: {
    needs: 'free pages of 2 MiB in the huge page pool',
    remedy: commandToFill(8),
  },
  transparentHugePages: {
    needs: 'transparent huge pages for those who ask (transparent_hugepage/enabled madvise or always)',
    remedy: 'echo madvise > /sys/kernel/mm/transparent_hugepage/enabled',
  },
  sharedHugePages: {
    needs:
      'transparent huge pages for shared memory that asks (transparent_hugepage/shmem_enabled advise, within_size or always)',
    remedy: 'echo advise > /sys/kernel/mm/transparent_hugepage/shmem_enabled',
  },
  keys: {
    needs: 'protection keys: PKU on x86-64, POE on AArch64',
    remedy: 'run on a processor and a kernel that have them (pku or poe in /proc/cpuinfo)',
  },
  keysOfExecution: {
    needs: 'protection keys that take execution away: POE on AArch64 (Linux 6.12)',
    remedy: 'run on a processor and a kernel that have them (poe in /proc/cpuinfo), or take pkey_rwx',
  },
  shm: {
    needs: '/dev/shm, writable and mounted without noexec',
    remedy: 'mount -o remount,exec /dev/shm',
  },
  procmem: {
    needs: 'a kernel that lets /proc/self/mem write what is not writable (proc_mem.force_override=always)',
    remedy: 'boot with proc_mem.force_override=always, or take memfd_pwrite',
  },
  userfaultfd: {
    needs: 'userfaultfd (Linux 4.3), which containers’ seccomp filters refuse',
    remedy: 'allow userfaultfd in the seccomp filter, or take memfd_pwrite',
  },
  file: {
    needs: 'a file system at /tmp that has O_TMPFILE and is mounted without noexec',
    remedy: 'set TMPDIR to a folder of such a file system, or mount -o remount,exec /tmp',
  },
} as const;
