/** A file as a call names it. */
export interface FileReference {
  readonly fd: number;
  /** As /proc/<pid>/fd shows it, without ` (deleted)`; empty where the tracer does not tell. */
  readonly path: string;
  readonly isDeleted: boolean;
}

/** Bytes of an address space. */
export interface Extent {
  readonly start: number;
  readonly length: number;
}

/** A system call that succeeded, as a tracer saw it. Addresses and flags are numbers. */
export interface TracedCall {
  readonly kind: 'call';
  /** Seconds since some begin. */
  readonly time: number;
  /** The kernel's id of the calling thread. */
  readonly thread: number;
  readonly name: string;
  /** NaN where an argument is no number. */
  readonly args: readonly number[];
  readonly result: number;
  /** The descriptor among the arguments. */
  readonly file?: FileReference;
  /** The descriptor that the call returns. */
  readonly opened?: FileReference;
  /** What the call writes to, where its arguments are structures. */
  readonly writes?: readonly Extent[];
}

/** A call that failed: it changed nothing, and is counted. */
interface FailedCall {
  readonly kind: 'failed';
  readonly time: number;
  readonly thread: number;
  readonly name: string;
}

/**
 * A thread that was seen for the first time, before its first call. `flags` are those of clone(2): without
 * CLONE_VM it has an address space of its own.
 */
interface ThreadStart {
  readonly kind: 'start';
  readonly time: number;
  readonly thread: number;
  readonly parent: number;
  readonly flags: number;
}

/** A thread that has ended. */
interface ThreadEnd {
  readonly kind: 'end';
  readonly time: number;
  readonly thread: number;
  /** What it exited with, or the signal that killed it, where the tracer tells. */
  readonly status?: number;
}

export type TraceEvent = TracedCall | FailedCall | ThreadStart | ThreadEnd;

/**
 * Calls that are traced: those that change mappings, write to memory otherwise, or make files and threads.
 */
export const tracedCalls = [
  'mmap',
  'munmap',
  'mprotect',
  'pkey_mprotect',
  'mremap',
  'madvise',
  'remap_file_pages',
  'memfd_create',
  'memfd_secret',
  'open',
  'openat',
  'ftruncate',
  'fcntl',
  'pwrite64',
  'process_vm_writev',
  'userfaultfd',
  'ioctl',
  'membarrier',
  'fork',
  'vfork',
  'clone',
  'clone3',
  'execve',
  'execveat',
] as const;

/** In place of a call: what a process had mapped when it was attached to. */
export const mappedBefore = 'mapped before';

export const CLONE_VM = 0x100;
/** What fork(2) and vfork(2) are as flags. */
export const forkFlags: Readonly<Record<string, number>> = { fork: 0, vfork: CLONE_VM };
