import type { Workload } from '../../workloads/workload.ts';
import type { Program } from '../ir.ts';
import type { Layout } from '../names.ts';
import { mainFunction } from './runtime.ts';
import { above, type CHeader, origin, sectionsOf } from './sections.ts';
import { alone } from './shared.ts';

/**
 * A program as standalone C11 that measures the same iteration in the same layout, for anybody who wants to check a
 * number without mapbench: `cc -O2 -Wall -Werror memfd.c && ./a.out`.
 */
export function programInC(program: Program, workload: Workload, layout: Layout, header: CHeader): string {
  const { strategy, loads } = program;
  const { functions, isNumbered, isPrepared, setup, iteration, teardown } = sectionsOf(
    program,
    workload,
    layout,
    alone,
  );
  const code = `${functions}static void setup(void)
{
${isPrepared ? '    prepare_modules();\n' : ''}${setup}}

// Nanoseconds a load, of a batch.
static double batch(long iterations)
{
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (long remaining = iterations; remaining > 0; remaining--) {
${iteration}
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
${isNumbered ? '    first_iteration += iterations;\n' : ''}    return ((end.tv_sec - start.tv_sec) * 1e9 + (end.tv_nsec - start.tv_nsec)) / iterations${loads === 1 ? '' : ` / ${loads}`};
}

static void teardown(void)
{
${teardown}
}

`;
  return `${origin(program, workload, layout, header)}
// cc -O2 -Wall -Werror ${strategy}.c -o ${strategy} && ./${strategy} [cpu] [milliseconds a batch] [batches]
${above(program, layout, alone, code)}${code}${mainFunction(program, isNumbered)}`;
}
