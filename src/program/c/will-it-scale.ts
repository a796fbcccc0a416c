import type { Workload } from '../../workloads/workload.ts';
import type { Program } from '../ir.ts';
import type { Layout } from '../names.ts';
import { above, type CHeader, origin, sectionsOf } from './sections.ts';
import type { Form } from './shared.ts';

/** One of several tasks, which has no end at which it could tell of wrong results. */
const task: Form = {
  storage: 'static __thread',
  iteration: 'remaining',
  iterationDeclaration: '',
  check: `static inline void check(uint64_t result, uint64_t expected)
{
    if (result == expected) return;
    fprintf(stderr, "a result was not that of the code that was loaded\\n");
    exit(1);
}

`,
};

/**
 * A program as a testcase of will-it-scale (https://github.com/antonblanchard/will-it-scale), a file for its
 * `tests/`. An operation is one load. Every task, be it a process or a thread, has mappings of its own.
 */
export function programForWillItScale(
  program: Program,
  workload: Workload,
  layout: Layout,
  header: CHeader,
): string {
  const { strategy, loads, module } = program;
  const { functions, isPrepared, setup, iteration } = sectionsOf(program, workload, layout, task);
  // runtest.py splits the line that it is printed in at its colon.
  const description = `${strategy}, ${header.summary}, ${module.pages} pages`.replaceAll(': ', ', ');
  const code = `${functions}static void setup(void)
{
${setup}}

static unsigned long tasks;
static pid_t preparer;

void testcase_prepare(unsigned long nr_tasks)
{
    tasks = nr_tasks;
    preparer = getpid();
${isPrepared ? '    prepare_modules();\n' : ''}}

// Threads share an address space: one after the other puts its mappings there, and none goes on until all have.
static void setup_in_turn(unsigned long nr)
{
    static unsigned long ready;
    int is_thread = getpid() == preparer;
    while (is_thread && __atomic_load_n(&ready, __ATOMIC_ACQUIRE) != nr) sched_yield();
    setup();
    __atomic_store_n(&ready, nr + 1, __ATOMIC_RELEASE);
    while (is_thread && __atomic_load_n(&ready, __ATOMIC_ACQUIRE) != tasks) sched_yield();
}

void testcase(unsigned long long *iterations, unsigned long nr)
{
    setup_in_turn(nr);
    for (uint64_t remaining = UINT64_MAX;; remaining--) {
${iteration}

        ${loads === 1 ? '(*iterations)++' : `(*iterations) += ${loads}`};
    }
}
`;
  return `${origin(program, workload, layout, header)}
// For tests/${strategy}1.c of will-it-scale: make ${strategy}1_processes ${strategy}1_threads && ./${strategy}1_processes -t 2 -s 5
${above(program, layout, task, code)}char *testcase_description = ${JSON.stringify(description)};

${code}`;
}
