import type { Workload } from '../../workloads/workload.ts';
import { type CallStep, isShared, type Program, resultOf, type Step, type Value } from '../ir.ts';
import type { Layout } from '../names.ts';
import { faultHandlerFunctions } from './fault-handler.ts';
import { moduleFunctions } from './module.ts';
import { includes, recentConstants, systemCalls } from './preamble.ts';
import { requirementFunctions } from './requirements.ts';
import { layoutFunctions, objectName, randomNumbers } from './runtime.ts';
import type { Form } from './shared.ts';
import { StatementPrinter, writerFunctions } from './statements.ts';

/** The parts that every C file of a program has. */
export interface Sections {
  /** The functions of the module, and the program's values: what setup and iteration use. */
  readonly functions: string;
  /** Whether loads are distinguished, and their results checked. */
  readonly isNumbered: boolean;
  /** Whether `prepare_modules` has to be called before the setup. */
  readonly isPrepared: boolean;
  /** Statements, each line indented by four spaces. */
  readonly setup: string;
  readonly teardown: string;
  /** Statements of one iteration, each line indented by eight spaces. */
  readonly iteration: string;
}

/** A program in C, without what drives it. */
export function sectionsOf(program: Program, workload: Workload, layout: Layout, form: Form): Sections {
  const { instances } = program;
  const steps = stepsOf(program);
  const isNumbered = !isConstant(workload);
  const printer = new StatementPrinter(program, layout, isNumbered ? form.iteration : undefined);
  const iterationMaps = program.iteration.filter(
    (step): step is CallStep<'mmap'> =>
      step.kind === 'call' && step.call === 'mmap' && step.args[0]?.type === 'address',
  );
  const print = (some: readonly Step[], name: 'setup' | 'iteration' | 'teardown', indent = '    ') =>
    some.map((step) => printer.statement(step, name, indent)).join('\n');
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
  const functions = `${moduleFunctions(program, workload, form)}${declarations(program, steps, form)}
${isNumbered ? form.iterationDeclaration : ''}${writerFunctions(program, isNumbered)}${faultHandlerFunctions(program, workload, isNumbered, form)}`;
  const choice = `        instance = &instances[(random_number() >> 32) * ${instances} >> 32];\n`;
  return {
    functions,
    isNumbered,
    isPrepared: isNumbered && workload.code.kind !== 'page starts',
    setup: `${lines(shared('setup'), own('setup'))}
${iterationMaps.map((step) => printer.reservation(step)).join('')}`,
    teardown: lines(own('teardown'), shared('teardown')),
    iteration: `${instances === undefined ? '' : choice}${print(program.iteration, 'iteration', '        ')}`,
  };
}

/** What stands above the code: headers, system calls and the functions that the code uses. */
export function above(program: Program, layout: Layout, form: Form, code: string): string {
  const { strategy, module } = program;
  const requirements = requirementFunctions(strategy, code);
  return `#define _GNU_SOURCE
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

${systemCalls(stepsOf(program), code)}${code.includes('random_') ? randomNumbers(form) : ''}${code.includes('object_name(') ? objectName(form) : ''}${layoutFunctions(layout, code)}${requirements}`;
}

/** The comment at the top of a file, without its end. */
export function origin(
  { strategy, module }: Program,
  { name }: Workload,
  layout: Layout,
  { version, summary }: CHeader,
): string {
  return `// ${strategy}: ${summary}
// ${module.pages} pages of ${module.pageSize} bytes, workload ${name}, layout ${layout}. Printed by mapbench ${version}.`;
}

/** What a C file says about where its text comes from. */
export interface CHeader {
  readonly version: string;
  readonly summary: string;
}

function stepsOf({ setup, iteration }: Program): readonly Step[] {
  return [...setup, ...iteration];
}

function lines(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n');
}

/** Whether every load writes the same bytes and nothing is checked: the article's workload. */
function isConstant({ code }: Workload): boolean {
  return code.kind === 'page starts' && code.code.x64.stamp === undefined;
}

function declarations({ instances }: Program, steps: readonly Step[], { storage }: Form): string {
  const results = steps.flatMap((step) => resultOf(step) ?? []);
  const values = results.filter(
    ({ slot }, index) => results.findIndex((each) => each.slot === slot) === index,
  );
  const declared = (some: readonly Value[]) => some.map((value) => `${typeOf(value)}${value.name};`);
  const alone = values.filter(({ kind }) => instances === undefined || kind === 'key');
  const statics = declared(alone).map((each) => `${storage} ${each}`);
  if (instances === undefined) return statics.join('\n');
  const fields = declared(values.filter((value) => !alone.includes(value))).map((each) => `    ${each}`);
  return `${lines(...statics)}${statics.length > 0 ? '\n' : ''}struct instance {\n${lines(...fields)}\n};\n${storage} struct instance instances[${instances}], *instance;\n`;
}

function typeOf(value: Value): string {
  return value.kind === 'mapping' || value.kind === 'handler' ? 'unsigned char *' : 'int ';
}
