import { flagsInC } from './call-arguments.ts';
import type { Argument, CallStep, Program, Step } from './step.ts';

/** One argument of a call as C writes it. */
export function describeArgument(argument: Argument): string {
  switch (argument.type) {
    case 'value':
      return argument.value.name;
    case 'address':
      return 'NULL';
    case 'randomAddress':
      return 'random';
    case 'noFd':
      return '-1';
    case 'bytes':
      return String(argument.value);
    case 'string':
      return JSON.stringify(argument.value.replace('%d', '<pid>'));
    case 'flags':
      return flagsInC(argument.of, argument.value);
  }
}

/** A call as C writes it, as `mprotect(code, 16384, PROT_READ | PROT_EXEC)`. */
export function describeCall(step: CallStep): string {
  return `${step.call}(${step.args.map(describeArgument).join(', ')})`;
}

/** A step without the name of its result, as `write_module(view)`. */
export function describeStep(step: Step): string {
  return step.kind === 'call' ? describeCall(step) : `${step.kind}(${step.mapping.name})`;
}

function listing(steps: readonly Step[], resultWidth: number): string[] {
  return steps.map((step) => {
    const result = step.kind === 'call' && step.result !== undefined ? step.result.name : '';
    const assignment = resultWidth === 0 ? '' : `${result.padEnd(resultWidth)} ${result === '' ? ' ' : '='} `;
    const rarely =
      step.kind === 'call' && step.every !== undefined ? `  (every ${step.every} iterations)` : '';
    return `  ${String(step.number).padStart(2)}  ${assignment}${describeStep(step)}${rarely}`;
  });
}

const sections = [
  ['setup', 'setup, once'],
  ['iteration', 'iteration, measured'],
  ['teardown', 'teardown, once'],
] as const;

/** A program as a numbered listing of its steps, by section. */
export function describeProgram(program: Program): string {
  const steps: readonly Step[] = [...program.setup, ...program.iteration];
  const names = steps.flatMap((step) => (step.kind === 'call' && step.result ? [step.result.name] : []));
  const resultWidth = Math.max(0, ...names.map((name) => name.length));
  return sections
    .filter(([section]) => program[section].length > 0)
    .map(([section, title]) => [title, ...listing(program[section], resultWidth)].join('\n'))
    .join('\n');
}
