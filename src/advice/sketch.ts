import { describeStep } from '../program/describe.ts';
import { nameOf, type Program, resultOf, type Step } from '../program/ir.ts';

/**
 * What an embedder would write: a strategy's program as C, without the checks of results. `show --lang c`
 * prints one that is measured.
 */
export function sketchInC({ setup, iteration, teardown, loads }: Program): string {
  const declared = new Set<string>();
  // What is required makes no call.
  const lines = (steps: readonly Step[]) =>
    steps.filter(({ kind }) => kind !== 'require').map((step) => statement(step, declared));
  return [
    '// once',
    ...lines(setup),
    loads > 1 ? `// every ${loads} loads` : '// every load',
    ...lines(iteration),
    ...(teardown.length === 0 ? [] : ['// at the end', ...lines(teardown)]),
  ].join('\n');
}

const types = {
  mapping: 'uint8_t *',
  fd: 'int ',
  key: 'int ',
  process: 'pid_t ',
  allocator: 'void *',
  handler: 'struct handler *',
} as const;

function statement(step: Step, declared: Set<string>): string {
  const result = resultOf(step);
  const rarely = step.kind === 'call' && step.every !== undefined ? `if (load % ${step.every} == 0) ` : '';
  if (result === undefined) return `${rarely}${action(step)};`;
  const type = declared.has(result.name) ? '' : types[result.kind];
  declared.add(result.name);
  return `${rarely}${type}${result.name} = ${action(step)};`;
}

/** The steps that are no system call, as C that has the same effect. */
function action(step: Step): string {
  switch (step.kind) {
    case 'write_module':
      if (step.into.kind !== 'file') {
        const runsAt = nameOf(step.runsAt ?? step.into);
        return `memcpy(${nameOf(step.into)}, machine_code, size); __builtin___clear_cache((char *)${runsAt}, (char *)${runsAt} + size)`;
      }
      return `pwrite(${step.into.fd.name}, machine_code, size, ${step.into.at === undefined ? '0' : `(off_t)${nameOf(step.into.at)}`})`;
    case 'flush_module':
      return `flush_lines(${nameOf(step.module)}, size) /* ${step.with} for every 64 bytes, between two fences */`;
    case 'write_links':
      return `memcpy(${nameOf(step.into)}, links, size)`;
    case 'execute_module':
      return `((void (*)(void))${nameOf(step.module)})()`;
    case 'start_writer':
      return `fork() /* a process that maps ${step.fd.name} writable and copies code into it when asked */`;
    case 'handle_faults':
      return `handle_faults(${nameOf(step.code)}, ${step.stack.name}) /* of SIGSEGV: maps the called page elsewhere, copies its code, and moves it into its place */`;
    case 'ask_writer':
      return 'ask_the_writer(machine_code, size) /* and wait until it has copied */';
    case 'require':
    case 'call':
    case 'pkey_set':
    case 'store':
      return describeStep(step);
  }
}
