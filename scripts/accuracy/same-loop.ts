import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { type Program, resultOf } from '../../src/program/ir.ts';
import { fieldOffset, slotOffset, sumOffset } from '../../src/program/native/context.ts';
import { listLoop } from '../../src/program/native/listing.ts';
import { hostArchitecture } from '../../src/system/syscalls.ts';
import { contentOf } from '../../src/workloads/load.ts';
import type { Workload } from '../../src/workloads/workload.ts';

/** The loop lies in its page where no page start's lines are, as in a measured process. */
const placed = '\n        .globl loop\n        .balign 4096\n        .skip 256\nloop:';

/**
 * Builds the printed C with another loop in it: the very one that mapbench runs, as GNU as assembles what
 * `show --lang asm` prints. What it reads tells apart what the harness adds from what another compiler's loop
 * would. Returns false for a workload whose code lies beside the loop.
 */
export function buildWithSameLoop(
  path: string,
  c: string,
  program: Program,
  workload: Workload,
  flags: readonly string[],
  distance = 0,
): boolean {
  const { module } = program;
  const architecture = hostArchitecture() ?? 'x64';
  const { length, at } = contentOf(workload, module.pages * module.pageSize, architecture);
  if (length > 0) return false;
  const text = listLoop(program, at(0, 0).content, { architecture, pid: process.pid }, [], { distance });
  writeFileSync(`${path}.s`, text.replace('\nloop:', placed));
  writeFileSync(`${path}.c`, withLoop(c, program));
  execFileSync('cc', [...flags, '-Wno-unused', '-z', 'noexecstack', `${path}.c`, `${path}.s`, '-o', path], {
    stdio: 'inherit',
  });
  return true;
}

/**
 * The C with a `batch` that calls the loop with a context: values before it, and those that it left after it.
 */
function withLoop(c: string, { setup, loads }: Program): string {
  const [before = '', rest = ''] = c.split('// Nanoseconds a load, of a batch.');
  const after = rest.slice(rest.indexOf('static void teardown'));
  const values = setup.flatMap((step) => resultOf(step) ?? []);
  const word = (offset: number) => `loop_context[${offset / 8}]`;
  const slots = values.map(({ name, slot }) => ({ name, place: word(sumOffset(0) + slotOffset(slot)) }));
  const [start, end] = [fieldOffset('startSeconds'), fieldOffset('endSeconds')];
  return `${before}extern long loop(long *values, long instance) __asm__("loop");
static _Alignas(4096) unsigned char loop_page[4096];
#define loop_context ((long *)(loop_page + 2048))
static double batch(long iterations)
{
    ${word(fieldOffset('iterations'))} = iterations;
    ${word(fieldOffset('random'))} |= 1;
${slots.map(({ name, place }) => `    ${place} = (long)${name};\n`).join('')}    if (loop(loop_context, 0) != 0) fail(0, "loop");
${slots.map(({ name, place }) => `    ${name} = (__typeof__(${name}))${place};\n`).join('')}    return ((${word(end)} - ${word(start)}) * 1e9 + (${word(end + 8)} - ${word(start + 8)})) / iterations / ${loads};
}

${after}`;
}
