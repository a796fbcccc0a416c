import { MAP } from '../../system/constants.ts';
import type { CodeTemplate, Workload } from '../../workloads/workload.ts';
import { flagsInC, flagsOf, lengthOf } from '../call-arguments.ts';
import type { Layout } from '../layout.ts';
import type { Argument, CallStep, Program, Step, Value } from '../step.ts';
import { layoutFunctions, mainFunction, randomAddress, rawSystemCalls } from './runtime.ts';

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
  const { strategy, module } = program;
  const steps: readonly Step[] = [...program.setup, ...program.iteration];
  const results = steps.flatMap((step) => (step.kind === 'call' && step.result ? [step.result] : []));
  const values = results.filter(
    ({ slot }, index) => results.findIndex((each) => each.slot === slot) === index,
  );
  const iterationMaps = program.iteration.filter(
    (step) => step.kind === 'call' && step.call === 'mmap' && step.args[0]?.type === 'address',
  );
  return `// ${strategy}: ${header.summary}
// ${module.pages} pages of ${module.pageSize} bytes, workload ${workload.name}, layout ${layout}. Printed by mapbench ${header.version}.
// cc -O2 -Wall -Werror ${strategy}.c -o ${strategy} && ./${strategy} [cpu] [milliseconds a batch] [batches]
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifndef MAP_HUGE_2MB
#define MAP_HUGE_2MB (21 << 26)
#endif

enum { PAGE_SIZE = ${module.pageSize} };

// Not constant: a runtime does not know the size of a module when it is compiled.
long pages = ${module.pages};

static void fail(int step, const char *call)
{
    fprintf(stderr, "${strategy}: %s: %s in step %d\\n", call, strerror(errno), step);
    exit(1);
}

${rawSystemCalls}${movesAtRandom(steps) ? randomAddress : ''}${layoutFunctions(layout)}${moduleFunctions(workload)}
${values.map(declaration).join('\n')}

static void setup(void)
{
${program.setup.map((step) => statement(step, setupPlace(step, layout))).join('\n')}
${iterationMaps.map((step) => reservation(step as CallStep, layout)).join('')}}

// Nanoseconds an iteration, of a batch.
static double batch(long iterations)
{
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (long remaining = iterations; remaining > 0; remaining--) {
${program.iteration.map((step) => statement(step, 'NULL', '        ')).join('\n')}
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    return ((end.tv_sec - start.tv_sec) * 1e9 + (end.tv_nsec - start.tv_nsec)) / iterations;
}

static void teardown(void)
{
${program.teardown.map((step) => statement(step, 'NULL')).join('\n')}
}

${mainFunction(strategy)}`;
}

const movesAtRandom = (steps: readonly Step[]) =>
  steps.some((step) => step.kind === 'call' && step.args.some(({ type }) => type === 'randomAddress'));

/** The C types in which a template is stored. */
const storeTypes = { 1: 'uint8_t', 4: 'uint32_t', 8: 'uint64_t' } as const;

function storeInC(code: CodeTemplate): string {
  return `*(${storeTypes[code.bytes]} *)(module + i * PAGE_SIZE) = 0x${code.bits.toString(16)}`;
}

function moduleFunctions(workload: Workload): string {
  const { x64, arm64 } = workload.code;
  if (x64.stamp !== undefined) throw new TypeError(`the workload ${workload.name} cannot be printed as C`);
  return `// Writes ${workload.summary}.
static __attribute__((noinline)) void write_module(unsigned char *module)
{
    for (long i = 0; i < pages; i++) {
#if defined(__x86_64__)
        ${storeInC(x64)};
#elif defined(__aarch64__)
        ${storeInC(arm64)};
        __asm__ volatile("dc cvau, %0" : : "r"(module + i * PAGE_SIZE) : "memory");
#else
#error "x86-64 and AArch64 only"
#endif
    }
#if defined(__aarch64__)
    __asm__ volatile("dsb ish" : : : "memory");
#endif
}

// Calls every page start once.
static __attribute__((noinline)) void execute_module(unsigned char *module)
{
#if defined(__aarch64__)
    for (long i = 0; i < pages; i++)
        __asm__ volatile("ic ivau, %0" : : "r"(module + i * PAGE_SIZE) : "memory");
    __asm__ volatile("dsb ish\\n\\tisb" : : : "memory");
#endif
    for (long i = 0; i < pages; i++)
        ((void (*)(void))(module + i * PAGE_SIZE))();
}
`;
}

function declaration(value: Value): string {
  return value.kind === 'mapping' ? `static unsigned char *${value.name};` : `static int ${value.name};`;
}

function isHuge(step: CallStep): boolean {
  return (flagsOf(step, 'map') & MAP.MAP_HUGETLB) !== 0;
}

/** The call that makes a hole for a mapping, or NULL for the kernel's choice. */
function holeFor(step: CallStep, layout: Layout): string {
  if (layout === 'kernel') return 'NULL';
  const flags = flagsInC('map', flagsOf(step, 'map'));
  return `hole(${lengthOf(step)}, ${isHuge(step) ? 'HUGE_PAGE' : 'PAGE_SIZE'}${layout === 'merged' ? `, ${flags}` : ''})`;
}

function setupPlace(step: CallStep, layout: Layout): string {
  return step.call === 'mmap' ? holeFor(step, layout) : 'NULL';
}

/** Makes the kernel choose a hole between neighbours for a mapping of the iteration. */
function reservation(step: CallStep, layout: Layout): string {
  if (layout === 'kernel') return '';
  return `    close_higher_holes(${holeFor(step, layout)}, ${lengthOf(step)});\n`;
}

function argumentInC(argument: Argument, place: string): string {
  switch (argument.type) {
    case 'value':
      return argument.value.name;
    case 'address':
      return place;
    case 'randomAddress':
      return 'random_address()';
    case 'noFd':
      return '-1';
    case 'bytes':
      return String(argument.value);
    case 'string':
      return argument.value.includes('%d')
        ? `object_name("${argument.value}")`
        : JSON.stringify(argument.value);
    case 'flags':
      return flagsInC(argument.of, argument.value);
  }
}

function statement(step: Step, place: string, indent = '    '): string {
  if (step.kind !== 'call') return `${indent}${step.kind}(${step.mapping.name});`;
  const call = `${step.call}(${step.args.map((argument) => argumentInC(argument, place)).join(', ')})`;
  const assigned = step.result === undefined ? call : `(${step.result.name} = ${call})`;
  const failed = step.result?.kind === 'mapping' ? `${assigned} == MAP_FAILED` : `${assigned} < 0`;
  const rarely = step.every === undefined ? '' : `if (remaining % ${step.every} == 1) `;
  return `${indent}${rarely === '' ? '' : `${rarely}{ `}if (${failed}) fail(${step.number}, "${step.call}");${rarely === '' ? '' : ' }'}`;
}
