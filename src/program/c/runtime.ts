import type { Layout } from '../layout.ts';

/** The C functions that put neighbours beside the measured mappings, as src/program/layout.ts does. */
export function layoutFunctions(layout: Layout): string {
  if (layout === 'kernel') return objectName;
  const merged = layout === 'merged';
  return `${objectName}enum { HUGE_PAGE = 2 * 1024 * 1024 };

static unsigned char *guard(unsigned char *address, long length)
{
    int fixed = address == NULL ? 0 : MAP_FIXED;
    unsigned char *made = mmap(address, length, PROT_NONE, MAP_SHARED | MAP_ANONYMOUS | fixed, -1, 0);
    if (made == MAP_FAILED) fail(0, "mmap of a guard");
    return made;
}

// A hole of exactly this length, ${merged ? 'with a mapping above it that the kernel can merge with' : 'between two inaccessible mappings'}.
static __attribute__((unused)) unsigned char *hole(long length, long unit${merged ? ', int flags' : ''})
{
    long reserved = length + 2 * unit + ${merged ? 'unit' : 'PAGE_SIZE'};
    uintptr_t start = (uintptr_t)guard(NULL, reserved);
    unsigned char *made = (unsigned char *)((start + PAGE_SIZE + unit - 1) / unit * unit);
    if (munmap(made, length) < 0) fail(0, "munmap of a hole");
${
  merged
    ? `    if (flags & MAP_ANONYMOUS
        && mmap(made + length, unit, PROT_READ | PROT_WRITE, flags | MAP_FIXED, -1, 0) == MAP_FAILED)
        fail(0, "mmap of a neighbour");
`
    : ''
}    return made;
}

// The kernel takes the highest hole that fits: guards go into those above ours until it takes ours.
static __attribute__((unused)) void close_higher_holes(unsigned char *ours, long length)
{
    for (int tries = 0; tries < 1000; tries++) {
        unsigned char *taken = mmap(NULL, length, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (taken == MAP_FAILED) fail(0, "mmap of a trial");
        if (munmap(taken, length) < 0) fail(0, "munmap of a trial");
        if (taken == ours) return;
        guard(taken, length);
    }
    fprintf(stderr, "the kernel does not place the mapping between its guards; print with --layout kernel\\n");
    exit(1);
}

`;
}

/** The C functions that make system calls without the C library. */
export const rawSystemCalls = `// Raw system calls, as mapbench and the article's rustix make them; -DLIBC calls the C library's wrappers instead.
#ifndef LIBC
static inline long raw(long number, long a, long b, long c, long d, long e, long f)
{
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
#define mmap(address, length, prot, flags, fd, offset) \\
    ((void *)raw(SYS_mmap, (long)(address), length, prot, flags, fd, offset))
#define mprotect(address, length, prot) raw(SYS_mprotect, (long)(address), length, prot, 0, 0, 0)
#define munmap(address, length) raw(SYS_munmap, (long)(address), length, 0, 0, 0, 0)
#define mremap(address, from, to, flags, place) \\
    ((void *)raw(SYS_mremap, (long)(address), from, to, flags, (long)(place), 0))
#endif

`;

/** The C function that draws an address: xorshift64, as src/program/native does it. */
export const randomAddress = `static void *random_address(void)
{
    static uint64_t state;
    if (state == 0) state = (uint64_t)time(NULL) * 1000003 + getpid();
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (void *)(uintptr_t)(state >> (64 - 35) << 12);
}

`;

const objectName = `static __attribute__((unused)) const char *object_name(const char *format)
{
    static char name[64];
    snprintf(name, sizeof name, format, (int)getpid());
    return name;
}

`;

/** The C main function: pins, calibrates, measures, prints the median of the batches. */
export function mainFunction(strategy: string): string {
  return `// Starts this program anew on one CPU: an address space that has been used on two has TLB flushes for both.
static void pin(int cpu, char **argv)
{
    cpu_set_t before, wanted;
    CPU_ZERO(&wanted);
    CPU_SET(cpu, &wanted);
    if (sched_getaffinity(0, sizeof before, &before) < 0) fail(0, "sched_getaffinity");
    if (CPU_EQUAL(&before, &wanted)) return;
    if (sched_setaffinity(0, sizeof wanted, &wanted) < 0) fail(0, "sched_setaffinity");
    execv("/proc/self/exe", argv);
    fail(0, "execv");
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    double milliseconds = argc > 2 ? atof(argv[2]) : 20;
    int batches = argc > 3 ? atoi(argv[3]) : 15;
    if (argc > 1) pin(atoi(argv[1]), argv);
    double *samples = calloc(batches, sizeof *samples);
    if (samples == NULL || batches < 1) fail(0, "calloc");
    setup();
    long iterations = 1;
    double wanted = milliseconds * 1e6;
    for (;;) {
        double took = batch(iterations) * iterations;
        if (took >= wanted / 4) {
            iterations = iterations * (wanted / took) + 1;
            break;
        }
        iterations *= 2;
    }
    batch(iterations);
    for (int i = 0; i < batches; i++) samples[i] = batch(iterations);
    teardown();
    qsort(samples, batches, sizeof *samples, by_value);
    double median = (samples[(batches - 1) / 2] + samples[batches / 2]) / 2;
    printf("${strategy}: %.2f ns/iteration (median of %d batches of %ld iterations)\\n", median, batches, iterations);
    free(samples);
    return 0;
}
`;
}
