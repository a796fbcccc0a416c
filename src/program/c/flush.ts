import type { CodeKind, Workload } from '../../workloads/workload.ts';
import type { Step } from '../ir.ts';

/** Goes over the lines that a load has written. */
const loops: Readonly<Record<CodeKind['kind'], string>> = {
  'page starts': 'for (long i = 0; i < pages; i++) flush_line(module + i * PAGE_SIZE);',
  image: 'for (long i = 0; i < pages * PAGE_SIZE; i += 64) flush_line(module + i);',
  patches: 'for (long i = 0; i < PATCHES; i++) flush_line(module + sites[(number * PATCHES + i) % SITES]);',
};

/** `flush_module`, where a program has such a step; `isNumbered`: loads are known by a number. */
export function flushFunction(steps: readonly Step[], { code }: Workload, isNumbered: boolean): string {
  const step = steps.find((each) => each.kind === 'flush_module');
  if (step === undefined) return '';
  const fence = `__asm__ volatile("${step.with === 'clflush' ? 'mfence' : 'sfence'}" : : : "memory");`;
  const unused = isNumbered && code.kind !== 'patches' ? '    (void)number;\n' : '';
  return `static inline void flush_line(unsigned char *line)
{
#if defined(__x86_64__)
    __asm__ volatile("${step.with} %0" : : "m"(*line) : "memory");
#else
    (void)line;
#endif
}

// Writes back the lines that a load has written, between two fences.
static __attribute__((noinline)) void flush_module(unsigned char *module${isNumbered ? ', uint64_t number' : ''})
{
${unused}#if defined(__x86_64__)
    ${fence}
#endif
    ${loops[code.kind]}
#if defined(__x86_64__)
    ${fence}
#endif
}

`;
}
