import { MAP } from '../../system/constants.ts';
import { alignmentOf, flagsInC, flagsOf, lengthOf } from '../calls.ts';
import {
  type Argument,
  type CallName,
  type CallStep,
  faultHandlingOf,
  type Load,
  mappingOf,
  offsetOf,
  type Place,
  type Program,
  type Step,
  type Value,
  writerFields,
} from '../ir.ts';
import { alignment, isAlignedByKernel } from '../layout.ts';
import type { Layout } from '../names.ts';

/** Prints the steps of one program as C statements. */
export class StatementPrinter {
  readonly #program: Program;
  readonly #layout: Layout;
  /**
   * The number of an iteration where loads are distinguished: the functions that write and run take a number
   * then.
   */
  readonly #iteration: string | undefined;

  constructor(program: Program, layout: Layout, iteration: string | undefined) {
    this.#program = program;
    this.#layout = layout;
    this.#iteration = iteration;
  }

  /** A value's name: of several instances, that of the current one, unless they share it. */
  #name(value: Value): string {
    const isOnly = this.#program.instances === undefined || value.kind === 'key';
    return isOnly ? value.name : `instance->${value.name}`;
  }

  #place(place: Place | undefined): string {
    if (place === undefined) return 'NULL';
    const name = this.#name(mappingOf(place));
    return offsetOf(place) === 0 ? name : `${name} + ${offsetOf(place)}`;
  }

  #argument(argument: Argument, place: string): string {
    switch (argument.type) {
      case 'value':
        return argument.plus === undefined
          ? this.#name(argument.value)
          : `${this.#name(argument.value)} + ${argument.plus}`;
      case 'address':
        return place;
      case 'anywhere':
        return 'NULL';
      case 'randomAddress':
        return 'random_address()';
      case 'noFd':
        return '-1';
      case 'ownPid':
        return 'getpid()';
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

  /** One step as a statement. In the setup mappings are put where the layout wants them. */
  statement(step: Step, section: 'setup' | 'iteration' | 'teardown', indent: string): string {
    const failing = (condition: string, call: string) => `if (${condition}) fail(${step.number}, "${call}");`;
    switch (step.kind) {
      case 'call':
        return `${indent}${this.#call(step, section === 'setup' ? this.#hole(step, 0) : 'NULL', failing)}`;
      case 'write_module': {
        const runsAt = this.#iteration !== undefined ? `, ${this.#place(step.runsAt)}` : '';
        const number = this.#number(step.load);
        if (step.into.kind !== 'file')
          return `${indent}write_module(${this.#place(step.into)}${runsAt}${number});`;
        const at = step.into.at === undefined ? '0' : `(off_t)(uintptr_t)${this.#place(step.into.at)}`;
        const call = `pwrite_module(${this.#name(step.into.fd)}, ${at}, ${this.#place(step.runsAt)}${number})`;
        return indent + failing(`${call} < 0`, 'pwrite_module');
      }
      case 'execute_module':
        return `${indent}${this.#numberForHandler(step.load)}execute_module(${this.#place(step.module)}${this.#number(step.load)});`;
      case 'pkey_set':
        return (
          indent + failing(`pkey_set(${step.key.name}, ${flagsInC('rights', step.rights)}) < 0`, 'pkey_set')
        );
      case 'store':
        return `${indent}*(uint64_t *)(${this.#name(step.into)} + ${step.offset}) = (uint64_t)${this.#argument(step.word, 'NULL')};`;
      case 'start_writer': {
        const started = `${step.result.name} = start_writer(${step.fd.name}, ${step.length}, ${step.control.name}, ${this.#place(step.runsAt)})`;
        return indent + failing(`(${started}) < 0`, 'start_writer');
      }
      case 'handle_faults': {
        const length = step.code.length;
        const installed = `${this.#name(step.result)} = handle_faults(${this.#place(step.code)}, ${length}, ${this.#name(step.stack)}, ${step.stack.length})`;
        return indent + failing(`(${installed}) == NULL`, 'handle_faults');
      }
      case 'write_links':
        return `${indent}write_links(${this.#place(step.into)}${this.#number(step.load)});`;
      case 'flush_module':
        return `${indent}flush_module(${this.#place(step.module)}${this.#number(step.load)});`;
      case 'require': {
        if (step.what.kind === 'instruction')
          return `${indent}require_instruction("${step.what.name}", ${step.number});`;
        const { name, length } = step.what.of;
        const required = `require_${step.what.kind.replace(' ', '_')}`;
        return `${indent}${required}(${this.#name(step.what.of)}, ${length}, "${name}", ${step.number});`;
      }
      case 'ask_writer':
        return `${indent}ask_writer(${step.control.name}${this.#number(step.load) || ', 0'});`;
    }
  }

  #call(step: CallStep, place: string, failing: (condition: string, call: string) => string): string {
    const args = step.args.map((argument) => this.#argument(argument, place));
    // The kernel would align such a mapping, and take no hint.
    if (place !== 'NULL' && isAlignedByKernel(step)) args[3] += ' | MAP_FIXED_NOREPLACE';
    const call = inLibc(step.call, args);
    const assigned = step.result === undefined ? call : `(${this.#name(step.result)} = ${call})`;
    const isAddress = step.call === 'mmap' || step.call === 'mremap';
    const checked = failing(isAddress ? `${assigned} == MAP_FAILED` : `${assigned} < 0`, step.call);
    return step.every === undefined ? checked : `if (remaining % ${step.every} == 1) { ${checked} }`;
  }

  /** Tells a handler of faults what the load is known by. */
  #numberForHandler(load: Load): string {
    const isNeeded = faultHandlingOf(this.#program) !== undefined && this.#iteration !== undefined;
    return isNeeded ? `handled_number = ${this.#number(load).replace(', ', '')}; ` : '';
  }

  /** What a load is known by, as a further argument; nothing where loads are not distinguished. */
  #number(load: Load): string {
    const iteration = this.#iteration;
    if (iteration === undefined) return '';
    if (load === 'setup') return ', 0';
    const { loads } = this.#program;
    return loads === 1 ? `, ${iteration}` : `, (${iteration}) * ${loads} + ${load}`;
  }

  /** The call that makes a hole for a mapping and so many bytes beside it, or NULL for the kernel's choice. */
  #hole(step: CallStep, slack: number): string {
    const [first] = step.args;
    if (step.call !== 'mmap' || first?.type !== 'address') return 'NULL';
    const ownUnit = first.unit === 0 ? 'PAGE_SIZE' : String(first.unit);
    const unit = slack > 0 ? String(slack) : ownUnit;
    if (this.#layout === 'kernel') return first.unit === 0 ? 'NULL' : `aligned(${lengthOf(step)}, ${unit})`;
    const flags = this.#layout === 'merged' ? `, ${flagsInC('map', flagsOf(step, 'map'))}` : '';
    return `hole(${lengthOf(step) + slack}, ${unit}${flags})`;
  }

  /** Makes the kernel choose a hole between neighbours for a mapping of the iteration. */
  reservation(step: CallStep): string {
    if (this.#layout === 'kernel') return '';
    const huge = flagsOf(step, 'map') & (MAP.MAP_HUGETLB | MAP.MAP_HUGE_2MB);
    const trial = flagsInC('map', huge === 0 ? MAP.MAP_SHARED : MAP.MAP_PRIVATE | huge);
    const length = lengthOf(step);
    const slack = isAlignedByKernel(step) && alignmentOf(step) === 0 ? alignment : 0;
    return `    close_higher_holes(${this.#hole(step, slack)}, ${length + slack}, ${length}, ${trial});\n`;
  }
}

/** A call as the C library has it: its structures of signals are not the kernel's. */
function inLibc(call: CallName, args: readonly string[]): string {
  if (call === 'sigaltstack') return `sigaltstack((const stack_t *)(${args[0]}), NULL)`;
  if (call === 'rt_sigaction')
    return `sigaction(${args[0]}, (const struct sigaction *)(${args[1]}), ${args[2]})`;
  return `${call}(${args.join(', ')})`;
}

/** The C functions of a program whose module another process writes; empty where it has none. */
export function writerFunctions({ setup }: Program, isNumbered: boolean): string {
  if (!setup.some(({ kind }) => kind === 'start_writer')) return '';
  const write = isNumbered
    ? 'write_module(view, runs_at, shared->counter)'
    : '(void)runs_at;\n        write_module(view)';
  return `// What the two processes share: futex words in cache lines of their own.
struct shared {
    _Alignas(${writerFields.done}) uint32_t asked;
    _Alignas(${writerFields.done}) uint32_t done;
    _Alignas(${writerFields.done}) uint64_t counter;
};

static int start_writer(int fd, long length, unsigned char *control, unsigned char *runs_at)
{
    volatile struct shared *shared = (volatile struct shared *)control;
    int writer = fork();
    if (writer != 0) return writer;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    unsigned char *view = mmap(NULL, length, PROT_WRITE, MAP_SHARED, fd, 0);
    if (view == MAP_FAILED) _exit(1);
    for (uint32_t done = 0;;) {
        uint32_t asked = shared->asked;
        if (asked == done) {
            futex(&shared->asked, FUTEX_WAIT, done);
            continue;
        }
        __sync_synchronize();
        ${write};
        __sync_synchronize();
        shared->done = done = asked;
        futex(&shared->done, FUTEX_WAKE, 1);
    }
}

static void ask_writer(unsigned char *control, uint64_t number)
{
    volatile struct shared *shared = (volatile struct shared *)control;
    shared->counter = number;
    __sync_synchronize();
    uint32_t asked = ++shared->asked;
    futex(&shared->asked, FUTEX_WAKE, 1);
    for (uint32_t done; (done = shared->done) != asked;)
        futex(&shared->done, FUTEX_WAIT, done);
}

`;
}
