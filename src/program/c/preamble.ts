import {
  FCNTL,
  MADV,
  MAP,
  MEMBARRIER,
  MFD,
  MREMAP,
  PKEY,
  SEALS,
  UFFD,
  UFFDIO,
} from '../../system/constants.ts';
import { systemCallNumber } from '../../system/syscalls.ts';
import type { CallName, Step } from '../ir.ts';

const always = [
  'errno.h',
  'fcntl.h',
  'sched.h',
  'stdint.h',
  'stdio.h',
  'stdlib.h',
  'string.h',
  'sys/mman.h',
  'sys/syscall.h',
  'time.h',
  'unistd.h',
];

/** Headers that only some programs need, and by what one sees it. */
const sometimes: readonly [header: string, sign: RegExp][] = [
  ['inttypes.h', /\bSCN/],
  ['linux/futex.h', /FUTEX_/],
  ['linux/membarrier.h', /MEMBARRIER_/],
  ['signal.h', /\bkill\(|SIGKILL|SIGSEGV/],
  ['sys/ioctl.h', /\bioctl\(/],
  ['linux/userfaultfd.h', /UFFDIO_/],
  ['sys/prctl.h', /\bprctl\(/],
  ['sys/wait.h', /\bwait4\(/],
];

/** The headers that a program needs. */
export function includes(code: string): string {
  const needed = sometimes.filter(([, sign]) => sign.test(code)).map(([header]) => header);
  return [...always, ...needed]
    .sort()
    .map((header) => `#include <${header}>`)
    .join('\n');
}

/** Constants that headers of the last years may lack. */
const recent: Readonly<Record<string, number>> = {
  MAP_HUGE_2MB: MAP.MAP_HUGE_2MB,
  MFD_HUGE_2MB: MFD.MFD_HUGE_2MB,
  MREMAP_DONTUNMAP: MREMAP.MREMAP_DONTUNMAP,
  ...MADV,
  ...FCNTL,
  ...SEALS,
  ...PKEY,
  UFFD_USER_MODE_ONLY: UFFD.UFFD_USER_MODE_ONLY,
  UFFDIO_MOVE: UFFDIO.UFFDIO_MOVE,
};

/** Definitions of the constants that a program uses and its headers may lack. */
export function recentConstants(code: string): string {
  return Object.entries(recent)
    .filter(([name]) => new RegExp(`\\b${name}\\b`).test(code) && !(name in MEMBARRIER))
    .map(([name, value]) => `\n#ifndef ${name}\n#define ${name} 0x${value.toString(16)}\n#endif\n`)
    .join('');
}

/** Calls that programs make in their loops, as macros that stand for the C library's functions. */
const macros: Partial<Record<CallName, string>> = {
  mmap: `#define mmap(address, length, prot, flags, fd, offset) \\
    ((void *)raw(SYS_mmap, (long)(address), length, prot, flags, fd, offset))`,
  mprotect:
    '#define mprotect(address, length, prot) raw(SYS_mprotect, (long)(address), length, prot, 0, 0, 0)',
  munmap: '#define munmap(address, length) raw(SYS_munmap, (long)(address), length, 0, 0, 0, 0)',
  mremap: `#define mremap(address, from, to, flags, place) \\
    ((void *)raw(SYS_mremap, (long)(address), from, to, flags, (long)(place), 0))`,
  madvise:
    '#define madvise(address, length, advice) raw(SYS_madvise, (long)(address), length, advice, 0, 0, 0)',
  memfd_create: '#define memfd_create(name, flags) raw(SYS_memfd_create, (long)(name), flags, 0, 0, 0, 0)',
  ftruncate: '#define ftruncate(fd, length) raw(SYS_ftruncate, fd, length, 0, 0, 0, 0)',
  fcntl: '#define fcntl(fd, command, argument) raw(SYS_fcntl, fd, command, argument, 0, 0, 0)',
  close: '#define close(fd) raw(SYS_close, fd, 0, 0, 0, 0, 0)',
  membarrier: '#define membarrier(command, flags, cpu) raw(SYS_membarrier, command, flags, cpu, 0, 0, 0)',
  ioctl: '#define ioctl(fd, request, structure) raw(SYS_ioctl, fd, request, (long)(structure), 0, 0, 0)',
};

/** Calls for which the C library has no function. */
const withoutFunction: readonly CallName[] = ['membarrier', 'mseal', 'userfaultfd', 'memfd_secret'];

/** What stands before system calls and runs, for scripts/accuracy. */
const distance = `// -DDISTANCE=16: so many instructions that do nothing before each system call, and before what was written is run.
static inline void keep_distance(void)
{
#if DISTANCE > 0
    __asm__ volatile(".rept %c0\\n\\tnop\\n\\t.endr" : : "i"(DISTANCE) : "memory");
#endif
}

`;

const rawFunction = `// Raw system calls, as mapbench and the article's rustix make them; -DLIBC calls the C library's wrappers instead.
#ifndef LIBC
static inline __attribute__((unused)) long raw(long number, long a, long b, long c, long d, long e, long f)
{
    keep_distance();
#if defined(__x86_64__)
    register long r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = f;
    __asm__ volatile("syscall" : "+a"(number) : "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
    long result = number;
#elif defined(__aarch64__)
    register long x8 __asm__("x8") = number, x0 __asm__("x0") = a, x1 __asm__("x1") = b, x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d, x4 __asm__("x4") = e, x5 __asm__("x5") = f;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
    long result = x0;
#else
#error "x86-64 and AArch64 only"
#endif
    if (result >= 0 || result < -4095) return result;
    errno = -result;
    return -1;
}
`;

/** The C functions and macros that make a program's system calls without the C library. */
export function systemCalls(steps: readonly Step[], code: string): string {
  const called = new Set(steps.flatMap((step) => (step.kind === 'call' ? [step.call] : [])));
  for (const name of ['mmap', 'mprotect', 'munmap'] as const) called.add(name);
  if (code.includes('MREMAP_')) called.add('mremap');
  const lines = Object.entries(macros).flatMap(([name, text]) =>
    called.has(name as CallName) ? [text] : [],
  );
  if (code.includes('pwrite(')) {
    lines.push(
      '#define pwrite(fd, data, length, offset) raw(SYS_pwrite64, fd, (long)(data), length, offset, 0, 0)',
    );
  }
  if (code.includes('futex('))
    lines.push(
      '#define futex(word, operation, value) raw(SYS_futex, (long)(word), operation, value, 0, 0, 0)',
    );
  const missing = withoutFunction.filter((name) => called.has(name));
  const numbers = missing
    .filter((name) => name === 'mseal' || name === 'memfd_secret')
    .map(
      (name) =>
        `#ifndef SYS_${name}\n#define SYS_${name} ${systemCallNumber('x64', name as 'mseal')}\n#endif\n`,
    )
    .join('');
  // Those that are not made raw go through syscall(2) in any case.
  const unwrapped = missing
    .map((name) => `#ifndef ${name}\n#define ${name}(...) syscall(SYS_${name}, __VA_ARGS__)\n#endif\n`)
    .join('');
  const futex = code.includes('futex(')
    ? '#ifndef futex\n#define futex(word, operation, value) syscall(SYS_futex, word, operation, value, NULL, NULL, 0)\n#endif\n'
    : '';
  return `${distance}${numbers}${rawFunction}${lines.join('\n')}\n#endif\n${unwrapped}${futex}\n`;
}
