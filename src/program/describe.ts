import { flagsInC } from './calls.ts';
import {
  type Argument,
  type CallStep,
  faultHandlingOf,
  isShared,
  nameOf,
  type Program,
  resultOf,
  type Step,
} from './ir.ts';

/** One argument of a call as C writes it. */
export function describeArgument(argument: Argument): string {
  switch (argument.type) {
    case 'value':
      return argument.plus === undefined ? argument.value.name : `${argument.value.name} + ${argument.plus}`;
    case 'address':
    case 'anywhere':
      return 'NULL';
    case 'randomAddress':
      return 'random';
    case 'noFd':
      return '-1';
    case 'ownPid':
      return 'getpid()';
    case 'bytes':
      return String(argument.value);
    case 'string':
      return JSON.stringify(argument.value.replace('%d', '<pid>'));
    case 'flags':
      return flagsInC(argument.of, argument.value);
  }
}

/** A call as C writes it, as `mprotect(code, 16384, PROT_READ | PROT_EXEC)`. */
function describeCall(step: CallStep): string {
  return `${step.call}(${step.args.map(describeArgument).join(', ')})`;
}

/** A step without the name of its result, as `write_module(view)`. */
export function describeStep(step: Step): string {
  switch (step.kind) {
    case 'call':
      return describeCall(step);
    case 'write_module':
      if (step.into.kind !== 'file') return `write_module(${nameOf(step.into)})`;
      return `pwrite_module(${step.into.fd.name}${step.into.at === undefined ? '' : `, ${nameOf(step.into.at)}`})`;
    case 'execute_module':
      return `execute_module(${nameOf(step.module)})`;
    case 'pkey_set':
      return `pkey_set(${step.key.name}, ${flagsInC('rights', step.rights)})`;
    case 'store':
      return `${step.into.name}[${step.offset}] = ${describeArgument(step.word)}`;
    case 'start_writer':
      return `start_writer(${step.fd.name}, ${step.length}, ${step.control.name})`;
    case 'handle_faults':
      return `handle_faults(${nameOf(step.code)}, ${step.stack.name})`;
    case 'ask_writer':
      return `ask_writer(${step.control.name})`;
    case 'write_links':
      return `write_links(${nameOf(step.into)})`;
    case 'flush_module':
      return `flush_module(${nameOf(step.module)}, ${step.with})`;
    case 'require':
      return `require_${step.what.kind.replace(' ', '_')}(${'of' in step.what ? step.what.of.name : step.what.name})`;
  }
}

/** What a step is called in tables and profiles, as `mprotect` or `write_module`. */
export function stepName(step: Step): string {
  if (step.kind === 'call') return step.call;
  return step.kind === 'write_module' && step.into.kind === 'file' ? 'pwrite_module' : step.kind;
}

function listing(steps: readonly Step[], resultWidth: number, { instances }: Program): string[] {
  return steps.map((step) => {
    const result = resultOf(step)?.name ?? '';
    const assignment = resultWidth === 0 ? '' : `${result.padEnd(resultWidth)} ${result === '' ? ' ' : '='} `;
    const isRare = step.kind === 'call' && step.every !== undefined;
    const forAll = instances !== undefined && isShared(step) ? '  (once for all modules)' : '';
    const rarely = isRare ? `  (every ${step.every} iterations)` : forAll;
    return `  ${String(step.number).padStart(2)}  ${assignment}${describeStep(step)}${rarely}`;
  });
}

const sections = [
  ['setup', 'setup, once'],
  ['iteration', 'iteration, measured'],
  ['teardown', 'teardown, once'],
] as const;

/** What a handler of faults does for every page of the code. */
function handling(program: Program): string[] {
  const step = faultHandlingOf(program);
  if (step === undefined) return [];
  const { pageSize } = program.module;
  const lines = [
    `staged = mmap(NULL, ${pageSize}, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)`,
    'write_page(staged)',
    `mprotect(staged, ${pageSize}, PROT_READ | PROT_EXEC)`,
    `mremap(staged, ${pageSize}, ${pageSize}, MREMAP_MAYMOVE | MREMAP_FIXED, page)`,
    'rt_sigreturn()',
  ];
  return [
    `${step.result.name}, on the first call of a page of ${nameOf(step.code)}`,
    ...lines.map((line) => `      ${line}`),
  ];
}

/** A program as a numbered listing of its steps, by section. */
export function describeProgram(program: Program): string {
  const steps: readonly Step[] = [...program.setup, ...program.iteration];
  const names = steps.flatMap((step) => resultOf(step)?.name ?? []);
  const resultWidth = Math.max(0, ...names.map((name) => name.length));
  return sections
    .filter(([section]) => program[section].length > 0)
    .flatMap(([section, title]) => [
      title,
      ...listing(program[section], resultWidth, program),
      ...(section === 'iteration' ? handling(program) : []),
    ])
    .join('\n');
}
