import koffi, { type KoffiFunc } from 'koffi';

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
  setrlimit: 'int setrlimit(int resource, const uint64_t *limits)',
  setgroups: 'int setgroups(size_t count, const uint32_t *groups)',
  setresgid: 'int setresgid(uint32_t real, uint32_t effective, uint32_t saved)',
  setresuid: 'int setresuid(uint32_t real, uint32_t effective, uint32_t saved)',
  unshare: 'int unshare(int flags)',
  mount:
    'int mount(const char *source, const char *target, const char *type, unsigned long flags, const void *data)',
  sysconf: 'long sysconf(int name)',
  sched_getcpu: 'int sched_getcpu(void)',
  sched_setaffinity: 'int sched_setaffinity(int pid, size_t size, const uint8_t *mask)',
  sched_getaffinity: 'int sched_getaffinity(int pid, size_t size, _Out_ uint8_t *mask)',
  getrusage: 'int getrusage(int who, _Out_ int64_t *usage)',
  // Variadic in C; integers travel alike in both conventions on x86-64 and AArch64.
  syscall:
    'long syscall(long number, const uint8_t *attributes, int pid, int cpu, int group, unsigned long flags)',
  pthread_create:
    'int pthread_create(_Out_ uintptr_t *thread, const void *attributes, uintptr_t start, uintptr_t argument)',
  pthread_join: 'int pthread_join(uintptr_t thread, uintptr_t result)',
  socket: 'int socket(int domain, int type, int protocol)',
  bind: 'int bind(int fd, const uint8_t *address, uint32_t length)',
  dlsym: 'uintptr_t dlsym(uintptr_t handle, const char *name)',
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

/** A system call that the kernel refused. `errno` is positive. */
export class SystemCallError extends Error {
  readonly call: string;
  readonly errno: number;
  constructor(call: string, errno: number) {
    super(`${call}: errno ${errno}`);
    this.call = call;
    this.errno = errno;
  }
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

/** The address of a function of the C library: for memcpy, of the version that fits this processor. */
export function functionAddress(name: string): number {
  const RTLD_DEFAULT = 0;
  const address = libc('dlsym')(RTLD_DEFAULT, name);
  if (address === 0) throw new Error(`the C library has no ${name}`);
  return address;
}

/** The version of koffi, through which the C library is called. */
export const koffiVersion: string = koffi.version;

/** The errno of the calling thread, set by the last call that failed. */
export function lastErrno(): number {
  return koffi.errno();
}

/** Calls a C library function and throws a SystemCallError where it returns -1. */
export function callLibc(name: LibcName, ...args: unknown[]): number {
  const result = libc(name)(...args);
  if (result === -1) throw new SystemCallError(name, koffi.errno());
  return result;
}

/** Writable bytes at `address`. The memory must stay mapped for as long as the view is used. */
export function memoryView(address: number, length: number): ArrayBuffer {
  return koffi.view(BigInt(address), length);
}

const codeType = koffi.proto('void mapbench_code(uintptr_t context)');

/** The function `void (*)(void *context)` at `address`, callable from JavaScript. */
export function codeFunction(address: number): (context: number) => void {
  return koffi.decode(BigInt(address), codeType);
}
