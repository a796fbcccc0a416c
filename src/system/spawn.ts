import { lastErrno, libc, memoryView, systemCall } from './libc.ts';
import { allocateMemory, freeMemory } from './memory.ts';
import { RefusalError } from './refusal.ts';
import { hostArchitecture, systemCallNumber } from './syscalls.ts';

/** What a process is started with. */
export interface SpawnOptions {
  readonly path: string;
  readonly args: readonly string[];
  /**
   * Descriptors of this process that it has as 3, 4 and so on; those below are /dev/null. No others are
   * inherited.
   */
  readonly descriptors: readonly number[];
}

// spawn.h of glibc and musl.
const [POSIX_SPAWN_SETPGROUP, POSIX_SPAWN_SETSIGDEF, POSIX_SPAWN_SETSIGMASK] = [2, 4, 8];
const O_RDWR = 2;

/** Bytes of the structures, more than any library's. */
const structureBytes = 1024;
const signalSetBytes = 128;

/**
 * Starts a process (posix_spawn(3)) in a process group of its own, so that keys pressed on the terminal do
 * not reach it, with all signals as they are by default and no environment. Returns its id. Throws a
 * RefusalError.
 */
export function spawnProcess({ path, args, descriptors }: SpawnOptions): number {
  const memory = allocateMemory(4 * structureBytes);
  const [actions, attributes, signals] = [0, 1, 2].map((index) => memory + index * structureBytes) as [
    number,
    number,
    number,
  ];
  const check = (call: 'posix_spawn', errno: number) => {
    // What is behind a descriptor lies in no mount of that path.
    const file = path.startsWith('/proc/') ? undefined : path;
    if (errno !== 0) throw new RefusalError({ call, errno, path: file });
  };
  try {
    libc('posix_spawn_file_actions_init')(actions);
    libc('posix_spawnattr_init')(attributes);
    const flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
    libc('posix_spawnattr_setflags')(attributes, flags);
    libc('posix_spawnattr_setsigmask')(attributes, signals);
    const set = new Uint8Array(memoryView(signals, signalSetBytes));
    set.fill(0xff);
    libc('posix_spawnattr_setsigdefault')(attributes, signals);
    for (const fd of [0, 1, 2])
      check('posix_spawn', libc('posix_spawn_file_actions_addopen')(actions, fd, '/dev/null', O_RDWR, 0));
    descriptors.forEach((fd, index) => {
      check('posix_spawn', libc('posix_spawn_file_actions_adddup2')(actions, fd, 3 + index));
    });
    const pid = new Int32Array(1);
    check('posix_spawn', libc('posix_spawn')(pid, path, actions, attributes, [...args, null], [null]));
    return pid[0] ?? 0;
  } finally {
    libc('posix_spawn_file_actions_destroy')(actions);
    libc('posix_spawnattr_destroy')(attributes);
    freeMemory(memory, 4 * structureBytes);
  }
}

/** How a child has ended. */
export type ProcessEnd = { readonly status: number } | { readonly signal: number };

const [P_PID, WNOHANG, WEXITED, CLD_EXITED, ECHILD] = [1, 1, 4, 1, 10];

// siginfo_t in 32-bit words: si_signo, si_errno, si_code, padding, si_pid, si_uid, si_status.
const information = new Int32Array(32);

/** How a child has ended, which then is forgotten; undefined where it still runs. */
export function waitForEnd(pid: number): ProcessEnd | undefined {
  information.fill(0);
  const result = libc('waitid')(P_PID, pid, information, WEXITED | WNOHANG);
  if (result === -1) {
    if (lastErrno() === ECHILD) return { status: -1 };
    throw new RefusalError({ call: 'waitid', errno: lastErrno() });
  }
  if (information[4] === 0) return undefined;
  const status = information[6] ?? 0;
  return information[2] === CLD_EXITED ? { status } : { signal: status };
}

const [FUTEX_WAIT, FUTEX_WAKE] = [0, 1];
const [EAGAIN, EINTR, ETIMEDOUT] = [11, 4, 110];
const futexNumber = () => systemCallNumber(hostArchitecture() ?? 'x64', 'futex');

/** Wakes whoever waits, in another process, for the 32-bit word at an address of this process to change. */
export function wakeFutex(address: number): void {
  systemCall(futexNumber(), address, FUTEX_WAKE, 1);
}

/**
 * Waits until the 32-bit word at an address of this process is no longer `value`, as long as the struct
 * timespec at `timeout` says: false where it passed. Nothing else of this thread runs meanwhile. It may
 * return early.
 */
export function waitOnFutex(address: number, value: number, timeout: number): boolean {
  if (systemCall(futexNumber(), address, FUTEX_WAIT, value, timeout) !== -1) return true;
  const errno = lastErrno();
  if (errno === EAGAIN || errno === EINTR) return true;
  if (errno === ETIMEDOUT) return false;
  throw new RefusalError({ call: 'futex', errno });
}
