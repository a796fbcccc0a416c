import type { CacheMaintenanceMode } from '../names.ts';

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

/** AArch64's cache maintenance, as functions that are empty on x86-64. */
export function cacheMaintenance(icache: CacheMaintenanceMode = 'follow'): string {
  // IDC and DIC: the processor does without (Arm ARM D24.2, CTR_EL0).
  const needed = (bit: number) => (icache === 'always' ? '' : `if (!(cache_type() >> ${bit} & 1)) `);
  const each = (instruction: string, lowestBit: number) => `
    if (step == 0) step = 4 << (cache_type() >> ${lowestBit} & 15);
    ${needed(lowestBit === 0 ? 29 : 28)}for (unsigned char *end = place + length; place < end; place += step)
        __asm__ volatile("${instruction}, %0" : : "r"(place) : "memory");`;
  const once = `
    (void)length, (void)step;
    ${needed(29)}__asm__ volatile("ic ivau, %0" : : "r"(place) : "memory");`;
  return `// On AArch64 what was written reaches the instruction stream only when it is told to, unless CTR_EL0 says that it does.
#if defined(__aarch64__)
static inline uint64_t cache_type(void)
{
    uint64_t type;
    __asm__("mrs %0, ctr_el0" : "=r"(type));
    return type;
}

// Of every step bytes the first; a step of 0 stands for the cache's lines.
static inline void clean(unsigned char *place, long length, long step)
{${each('dc cvau', 16)}
}

static inline void end_clean(void)
{
    __asm__ volatile("dsb ish" : : : "memory");
}

static inline void invalidate(unsigned char *place, long length, long step)
{${icache === 'single' ? once : each('ic ivau', 0)}
}

static inline void end_invalidate(void)
{
    ${needed(29)}__asm__ volatile("dsb ish" : : : "memory");
    __asm__ volatile("isb" : : : "memory");
}
#else
static inline void clean(unsigned char *place, long length, long step) { (void)place, (void)length, (void)step; }
static inline void invalidate(unsigned char *place, long length, long step) { (void)place, (void)length, (void)step; }
static inline void end_clean(void) {}
static inline void end_invalidate(void) {}
#endif

`;
}
