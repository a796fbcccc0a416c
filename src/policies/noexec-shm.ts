import { callLibc } from '../system/libc.ts';

// include/uapi/linux/mount.h and sched.h
const CLONE_NEWNS = 0x20000;
const [MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REC, MS_PRIVATE] = [2, 4, 8, 0x4000, 1 << 18];

/** Puts a tmpfs without execution on /dev/shm, where only this thread and what it starts see it. */
export function applyNoexecShm(): void {
  callLibc('unshare', CLONE_NEWNS);
  // Without this the mount would reach the host's namespace.
  callLibc('mount', 'none', '/', null, MS_REC | MS_PRIVATE, null);
  callLibc('mount', 'tmpfs', '/dev/shm', 'tmpfs', MS_NOSUID | MS_NODEV | MS_NOEXEC, null);
}
