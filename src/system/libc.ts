import koffi, { type KoffiFunc } from 'koffi';
import { type Refusal, RefusalError } from './refusal.ts';

/**
 * The C library functions that mapbench calls, with their C signatures. Addresses travel as JavaScript
 * numbers: user addresses on Linux are below 2^53.
 */
const signatures = {
  mmap: 'intptr_t mmap(uintptr_t address, size_t length, int prot, int flags, int fd, int64_t offset)',
  mprotect: 'int mprotect(uintptr_t address, size_t length, int prot)',
  munmap: 'int munmap(uintptr_t address, size_t length)',
  // Variadic in C; integers travel alike in both conventions on x86-64 and AArch64.
  mremap:
    'intptr_t mremap(uintptr_t address, size_t oldLength, size_t newLength, int flags, uintptr_t newAddress)',
  madvise: 'int madvise(uintptr_t address, size_t length, int advice)',
  openat: 'int openat(int directory, const char *path, int flags, uint32_t mode)',
  // Variadic in C, as mremap.
  fcntl: 'int fcntl(int fd, int command, uintptr_t argument)',
  memfd_create: 'int memfd_create(const char *name, unsigned int flags)',
  shm_open: 'int shm_open(const char *name, int flags, uint32_t mode)',
  shm_unlink: 'int shm_unlink(const char *name)',
  ftruncate: 'int ftruncate(int fd, int64_t length)',
  close: 'int close(int fd)',
  prctl: 'int prctl(int option, uintptr_t a, uintptr_t b, uintptr_t c, uintptr_t d)',
  unshare: 'int unshare(int flags)',
  setns: 'int setns(int fd, int type)',
  sysconf: 'long sysconf(int name)',
  sched_getcpu: 'int sched_getcpu(void)',
  sched_setaffinity: 'int sched_setaffinity(int pid, size_t size, const uint8_t *mask)',
  sched_getaffinity: 'int sched_getaffinity(int pid, size_t size, _Out_ uint8_t *mask)',
  posix_spawn:
    'int posix_spawn(_Out_ int *pid, const char *path, uintptr_t actions, uintptr_t attributes, const char **argv, const char **envp)',
  posix_spawn_file_actions_init: 'int posix_spawn_file_actions_init(uintptr_t actions)',
  posix_spawn_file_actions_destroy: 'int posix_spawn_file_actions_destroy(uintptr_t actions)',
  posix_spawn_file_actions_adddup2: 'int posix_spawn_file_actions_adddup2(uintptr_t actions, int fd, int as)',
  posix_spawn_file_actions_addopen:
    'int posix_spawn_file_actions_addopen(uintptr_t actions, int fd, const char *path, int flags, uint32_t mode)',
  posix_spawnattr_init: 'int posix_spawnattr_init(uintptr_t attributes)',
  posix_spawnattr_destroy: 'int posix_spawnattr_destroy(uintptr_t attributes)',
  posix_spawnattr_setflags: 'int posix_spawnattr_setflags(uintptr_t attributes, short flags)',
  posix_spawnattr_setsigmask: 'int posix_spawnattr_setsigmask(uintptr_t attributes, uintptr_t signals)',
  posix_spawnattr_setsigdefault: 'int posix_spawnattr_setsigdefault(uintptr_t attributes, uintptr_t signals)',
  waitid: 'int waitid(int idtype, uint32_t id, _Out_ int *information, int options)',
  socket: 'int socket(int domain, int type, int protocol)',
  bind: 'int bind(int fd, const uint8_t *address, uint32_t length)',
  ioctl: 'int ioctl(int fd, unsigned long request, uintptr_t argument)',
} as const;

/** Names of the C library functions bound here. */
export type LibcName = keyof typeof signatures;

/** A bound function of the C library. */
export type LibcFunction = KoffiFunc<(...args: unknown[]) => number>;

const bound = new Map<LibcName, LibcFunction>();

/** A C library function by name, bound at its first use. */
export function libc(name: LibcName): LibcFunction {
  let found = bound.get(name);
  if (found === undefined) {
    // A null path looks the symbol up in the process itself, so glibc and musl are found alike.
    found = koffi.load(null).func(signatures[name]) as LibcFunction;
    bound.set(name, found);
  }
  return found;
}

let rawSystemCall: LibcFunction | undefined;

/** syscall(2): a system call by its number, with up to six arguments. Returns -1 where it fails. */
export function systemCall(number: number, ...args: number[]): number {
  rawSystemCall ??= koffi
    .load(null)
    .func(
      'intptr_t syscall(intptr_t number, intptr_t a, intptr_t b, intptr_t c, intptr_t d, intptr_t e, intptr_t f)',
    ) as LibcFunction;
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = args;
  return rawSystemCall(number, a, b, c, d, e, f);
}

/** Whether the C library has a function of that name here. */
export function isLibcName(name: string): name is LibcName {
  return Object.hasOwn(signatures, name);
}

/** The version of koffi, through which the C library is called. */
export const koffiVersion: string = koffi.version;

/** The errno of the calling thread, set by the last call that failed. */
export function lastErrno(): number {
  return koffi.errno();
}

/** Calls a C library function and throws a RefusalError where it returns -1. */
export function callLibc(name: LibcName, ...args: unknown[]): number {
  const result = libc(name)(...args);
  if (result === -1) throw new RefusalError({ call: name, errno: koffi.errno(), ...knownOf(name, args) });
  return result;
}

function knownOf(name: LibcName, args: readonly unknown[]): Omit<Refusal, 'call' | 'errno'> {
  const number = (index: number) => (typeof args[index] === 'number' ? args[index] : undefined);
  if (name === 'mmap') return { bytes: number(1), prot: number(2), map: number(3) };
  if (name === 'mprotect') return { bytes: number(1), prot: number(2) };
  return name === 'ftruncate' ? { bytes: number(1) } : {};
}

/** Writable bytes at `address`. The memory must stay mapped for as long as the view is used. */
export function memoryView(address: number, length: number): ArrayBuffer {
  return koffi.view(BigInt(address), length);
}

const codeType = koffi.proto('intptr_t mapbench_code(uintptr_t context, intptr_t instance)');

/** The function `long (*)(void *context, long instance)` at `address`, callable from JavaScript. */
export function codeFunction(address: number): (context: number, instance: number) => number {
  return koffi.decode(BigInt(address), codeType);
}
