/** Which of the functions that write a module a program calls. */
export interface Written {
  readonly throughMapping: boolean;
  readonly throughFile: boolean;
}

/** What differs between a program that runs alone and one of which several tasks run at the same time. */
export interface Form {
  /** Of what every task has for itself. */
  readonly storage: 'static' | 'static __thread';
  /** The number of an iteration, which no other has. */
  readonly iteration: string;
  /** Declares what it is made of. */
  readonly iterationDeclaration: string;
  /** `check`, which is given the result of every run that is checked. */
  readonly check: string;
}

/** A program of its own, which counts results and tells of wrong ones at its end. */
export const alone: Form = {
  storage: 'static',
  iteration: 'first_iteration + remaining',
  iterationDeclaration: 'static uint64_t first_iteration;\n\n',
  check: `static long executed, stale;

static inline void check(uint64_t result, uint64_t expected)
{
    executed++;
    if (result != expected) stale++;
}

`,
};

/** What stands between a write and a run, for scripts/accuracy.ts. */
export const distanceInC = `// -DDISTANCE=16: so many instructions that do nothing before what was written is run.
static inline void keep_distance(void)
{
#if DISTANCE > 0
    __asm__ volatile(".rept %c0\\n\\tnop\\n\\t.endr" : : "i"(DISTANCE) : "memory");
#endif
}

`;

/** AArch64's cache maintenance, as functions that are empty on x86-64. */
export const cacheMaintenance = `// On AArch64 what was written reaches the instruction stream only when it is told to.
static __attribute__((unused)) void clean(unsigned char *start, long length)
{
#if defined(__aarch64__)
    uint64_t type;
    __asm__("mrs %0, ctr_el0" : "=r"(type));
    for (unsigned char *line = start; line < start + length; line += 4 << (type >> 16 & 15))
        __asm__ volatile("dc cvau, %0" : : "r"(line) : "memory");
    __asm__ volatile("dsb ish" : : : "memory");
#else
    (void)start, (void)length;
#endif
}

static __attribute__((unused)) void invalidate(unsigned char *start, long length)
{
#if defined(__aarch64__)
    uint64_t type;
    __asm__("mrs %0, ctr_el0" : "=r"(type));
    for (unsigned char *line = start; line < start + length; line += 4 << (type & 15))
        __asm__ volatile("ic ivau, %0" : : "r"(line) : "memory");
    __asm__ volatile("dsb ish\\n\\tisb" : : : "memory");
#else
    (void)start, (void)length;
#endif
}

`;
