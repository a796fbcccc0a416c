import type { Workload } from '../../workloads/workload.ts';
import { type CallStep, isShared, type Program, resultOf, type Step, type Value } from '../ir.ts';
import type { Layout } from '../names.ts';
import { moduleFunctions } from './module.ts';
import { includes, recentConstants, systemCalls } from './preamble.ts';
import { requirementFunctions } from './requirements.ts';
import { layoutFunctions, mainFunction, objectName, randomNumbers } from './runtime.ts';
import { distanceInC } from './shared.ts';
import { StatementPrinter, writerFunctions } from './statements.ts';

/** What `show --lang c` says about where its text comes from. */
export interface CHeader {
  readonly version: string;
  readonly summary: string;
}

/**
 * A program as standalone C11 that measures the same iteration in the same layout, for anybody who wants to check a
 * number without mapbench: `cc -O2 -Wall -Werror memfd.c && ./a.out`.
 */
export function programInC(program: Program, workload: Workload, layout: Layout, header: CHeader): string {
  const { strategy, module, loads, instances } = program;
  const steps: readonly Step[] = [...program.setup, ...program.iteration];
  const isNumbered = !isConstant(workload);
  const printer = new StatementPrinter(program, layout, isNumbered);
  const iterationMaps = program.iteration.filter(
    (step): step is CallStep<'mmap'> =>
      step.kind === 'call' && step.call === 'mmap' && step.args[0]?.type === 'address',
  );
  const print = (steps: readonly Step[], name: 'setup' | 'iteration' | 'teardown', indent = '    ') =>
    steps.map((step) => printer.statement(step, name, indent)).join('\n');
  const shared = (name: 'setup' | 'teardown') => print(program[name].filter(isShared), name);
  const own = (name: 'setup' | 'teardown') =>
    eachInstance(
      print(
        program[name].filter((step) => !isShared(step)),
        name,
      ),
    );
  const eachInstance = (text: string) =>
    instances === undefined
      ? text
      : `    for (instance = instances; instance < instances + ${instances}; instance++) {\n${text.replaceAll(/^(?=.)/gm, '    ')}\n    }`;
  const body = `${declarations(program, steps)}
${isNumbered ? 'static uint64_t first_iteration;\n\n' : ''}${writerFunctions(program, isNumbered)}static void setup(void)
{
${isNumbered && workload.code.kind !== 'page starts' ? '    prepare_modules();\n' : ''}${lines(shared('setup'), own('setup'))}
${iterationMaps.map((step) => printer.reservation(step)).join('')}}

// Nanoseconds a load, of a batch.
static double batch(long iterations)
{
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (long remaining = iterations; remaining > 0; remaining--) {
${instances === undefined ? '' : `        instance = &instances[(random_number() >> 32) * ${instances} >> 32];\n`}${print(program.iteration, 'iteration', '        ')}
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
${isNumbered ? '    first_iteration += iterations;\n' : ''}    return ((end.tv_sec - start.tv_sec) * 1e9 + (end.tv_nsec - start.tv_nsec)) / iterations${loads === 1 ? '' : ` / ${loads}`};
}

static void teardown(void)
{
${lines(own('teardown'), shared('teardown'))}
}

`;
  const functions = distanceInC + moduleFunctions(program, workload);
  const code = functions + body;
  const requirements = requirementFunctions(strategy, code);
  return `// ${strategy}: ${header.summary}
// ${module.pages} pages of ${module.pageSize} bytes, workload ${workload.name}, layout ${layout}. Printed by mapbench ${header.version}.
// cc -O2 -Wall -Werror ${strategy}.c -o ${strategy} && ./${strategy} [cpu] [milliseconds a batch] [batches]
#define _GNU_SOURCE
${includes(requirements + code)}
${recentConstants(code)}
enum { PAGE_SIZE = ${module.pageSize} };

// Not constant: a runtime does not know the size of a module when it is compiled.
long pages = ${module.pages};

static void fail(int step, const char *call)
{
    fprintf(stderr, "${strategy}: %s: %s in step %d\\n", call, strerror(errno), step);
    exit(1);
}

${systemCalls(steps, code)}${code.includes('random_') ? randomNumbers : ''}${code.includes('object_name(') ? objectName : ''}${layoutFunctions(layout, code)}${requirements}${code}${mainFunction(program, isNumbered)}`;
}

function lines(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n');
}

/** Whether every load writes the same bytes and nothing is checked: the article's workload. */
function isConstant({ code }: Workload): boolean {
  return code.kind === 'page starts' && code.code.x64.stamp === undefined;
}

function declarations({ instances }: Program, steps: readonly Step[]): string {
  const results = steps.flatMap((step) => resultOf(step) ?? []);
  const values = results.filter(
    ({ slot }, index) => results.findIndex((each) => each.slot === slot) === index,
  );
  const declared = (some: readonly Value[]) => some.map((value) => `${typeOf(value)}${value.name};`);
  const alone = values.filter(({ kind }) => instances === undefined || kind === 'key');
  const statics = declared(alone).map((each) => `static ${each}`);
  if (instances === undefined) return statics.join('\n');
  const fields = declared(values.filter((value) => !alone.includes(value))).map((each) => `    ${each}`);
  return `${lines(...statics)}${statics.length > 0 ? '\n' : ''}static struct instance {\n${lines(...fields)}\n} instances[${instances}], *instance = instances;\n`;
}

function typeOf(value: Value): string {
  return value.kind === 'mapping' ? 'unsigned char *' : 'int ';
}
