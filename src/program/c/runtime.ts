import type { Program } from '../ir.ts';
import type { Layout } from '../names.ts';
import type { Form } from './shared.ts';

/** The C functions that put neighbours beside the measured mappings, as src/program/layout.ts does. */
export function layoutFunctions(layout: Layout, code: string): string {
  if (layout === 'kernel') return code.includes('mmap(aligned(') ? alignedPlace : '';
  const merged = layout === 'merged';
  return `static unsigned char *guard(unsigned char *address, long length)
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
    ? `    if ((flags & MAP_ANONYMOUS)
        && mmap(made + length, unit, PROT_READ | PROT_WRITE, flags | MAP_FIXED, -1, 0) == MAP_FAILED)
        fail(0, "mmap of a neighbour");
`
    : ''
}    return made;
}

// The kernel takes the highest hole that fits: guards go into those above ours, of so much room, until it takes ours.
static __attribute__((unused)) void close_higher_holes(unsigned char *ours, long room, long length, int flags)
{
    for (int tries = 0; tries < 1000; tries++) {
        unsigned char *taken = mmap(NULL, length, PROT_NONE, MAP_ANONYMOUS | flags, -1, 0);
        if (taken == MAP_FAILED) fail(0, "mmap of a trial");
        if (munmap(taken, length) < 0) fail(0, "munmap of a trial");
        if (taken >= ours && taken + length <= ours + room) return;
        guard(taken, length);
    }
    fprintf(stderr, "the kernel does not place the mapping between its guards; print with --layout kernel\\n");
    exit(1);
}

`;
}

const alignedPlace = `// An address at a multiple of \`unit\` at which so many bytes are free.
static unsigned char *aligned(long length, long unit)
{
    unsigned char *free = mmap(NULL, length + unit, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (free == MAP_FAILED || munmap(free, length + unit) < 0) fail(0, "mmap of a place");
    return (unsigned char *)(((uintptr_t)free + unit - 1) / unit * unit);
}

`;

/** The C functions that draw numbers and addresses: xorshift64, as src/program/native does it. */
export const randomNumbers = ({ storage }: Form) => `static inline uint64_t random_number(void)
{
    ${storage} uint64_t state;
    if (state == 0) state = (uint64_t)time(NULL) * 1000003 + ${storage === 'static' ? 'getpid()' : 'syscall(SYS_gettid)'};
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static __attribute__((unused)) void *random_address(void)
{
    return (void *)(uintptr_t)(random_number() >> (64 - 47) & ~(uint64_t)(PAGE_SIZE - 1));
}

`;

/** The C function that puts the process id into a name. */
export const objectName = ({ storage }: Form) => `static const char *object_name(const char *format)
{
    ${storage} char name[64];
    snprintf(name, sizeof name, format, (int)getpid());
    return name;
}

`;

/** The C main function: pins, calibrates, measures, prints the median of the batches. */
export function mainFunction({ strategy, loads }: Program, isChecked: boolean): string {
  return `// Starts this program anew on one CPU: an address space that has been used on two has TLB flushes for both.
static void pin(int cpu, char **argv)
{
    size_t size = sizeof(cpu_set_t);
    cpu_set_t *before = malloc(size);
    // A kernel that has more possible CPUs than the mask refuses it.
    while (before != NULL && sched_getaffinity(0, size, before) < 0) {
        if (errno != EINVAL || size >= 65536) fail(0, "sched_getaffinity");
        before = realloc(before, size *= 2);
    }
    cpu_set_t *wanted = calloc(1, size);
    if (before == NULL || wanted == NULL) fail(0, "calloc");
    CPU_SET_S(cpu, size, wanted);
    if (CPU_EQUAL_S(size, before, wanted)) return;
    if (sched_setaffinity(0, size, wanted) < 0) fail(0, "sched_setaffinity");
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
        double took = batch(iterations) * iterations${loads === 1 ? '' : ` * ${loads}`};
        if (took >= wanted / 4) {
            iterations = iterations * (wanted / took) + 1;
            break;
        }
        iterations *= 2;
    }
    batch(iterations);
    for (int i = 0; i < batches; i++) samples[i] = batch(iterations);
    teardown();
${
  isChecked
    ? `    if (stale > 0) {
        fprintf(stderr, "${strategy}: %ld of %ld results were not those of the code that was loaded\\n", stale, executed);
        return 1;
    }
`
    : ''
}    qsort(samples, batches, sizeof *samples, by_value);
    double median = (samples[(batches - 1) / 2] + samples[batches / 2]) / 2;
    printf("${strategy}: %.2f ns/iteration (median of %d batches of %ld iterations)\\n", median, batches, iterations);
    free(samples);
    return 0;
}
`;
}
