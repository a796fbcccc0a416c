import { PROT, SIGNAL } from '../system/constants.ts';
import { MapbenchError } from '../system/errors.ts';
import {
  type Argument,
  type CallStep,
  type FlagSet,
  handlerFields,
  type ModuleSize,
  mappingOf,
  nameOf,
  offsetOf,
  type Place,
  type Program,
  type Step,
  type Value,
} from './ir.ts';

/** A strategy's `define` that cannot be a program: a leak in the iteration, a use after release. */
export class ProgramError extends MapbenchError {
  override readonly name = 'ProgramError';
  /** The message without the strategy's name. */
  readonly problem: string;
  /** The name of the value that it is about, where no call of the user's is. */
  readonly value: string | undefined;

  constructor(strategy: string, problem: string, value?: string) {
    super('failed', `${strategy}: ${problem}`);
    this.problem = problem;
    this.value = value;
  }
}

/** A step before it is numbered and knows which load it belongs to. */
type Unfinished<T> = T extends unknown ? Omit<T, 'number' | 'load' | 'runsAt'> : never;
export type RecordedStep = Unfinished<Step>;

interface LiveValue {
  readonly value: Value;
  readonly section: readonly RecordedStep[];
}

export const reference = (value: Value): Argument => ({ type: 'value', value });
export const address = (place: Place): Argument => {
  const plus = offsetOf(place);
  return { type: 'value', value: mappingOf(place), ...(plus !== 0 && { plus }) };
};
export const bytes = (value: number): Argument => ({ type: 'bytes', value });
export const flags = (of: FlagSet, value: number): Argument => ({ type: 'flags', of, value });

/** The calls that undo what made a value. */
export function releaseOf(value: Value): Omit<CallStep, 'number'>[] {
  const call = (name: CallStep['call'], ...args: Argument[]) => ({ kind: 'call', call: name, args }) as const;
  switch (value.kind) {
    case 'mapping':
      return value.isSealed ? [] : [call('munmap', reference(value), bytes(value.length))];
    case 'fd':
      return [call('close', reference(value))];
    case 'key':
      return [call('pkey_free', reference(value))];
    case 'allocator':
      return [call('mapbench_close', reference(value))];
    case 'handler': {
      const action = handlerFields.actionBefore - handlerFields.stackBefore;
      const before: Argument = { type: 'value', value, plus: action };
      return [
        call('rt_sigaction', flags('signal', SIGNAL.SIGSEGV), before, { type: 'anywhere' }, bytes(8)),
        call('sigaltstack', reference(value), { type: 'anywhere' }),
      ];
    }
    case 'process':
      return [
        call('kill', reference(value), flags('signal', SIGNAL.SIGKILL)),
        call('wait4', reference(value), bytes(0), bytes(0), bytes(0)),
      ];
  }
}

/** The state of one recording: the steps so far and the values that are mapped or open. */
export class Recording {
  readonly strategy: string;
  readonly #module: ModuleSize;
  readonly setup: RecordedStep[] = [];
  readonly iteration: RecordedStep[] = [];
  #values: Value[] = [];
  #live: LiveValue[] = [];

  constructor(strategy: string, module: ModuleSize) {
    this.strategy = strategy;
    this.#module = module;
  }

  get moduleBytes(): number {
    return this.#module.pages * this.#module.pageSize;
  }

  randomAddress(): Argument {
    return { type: 'randomAddress', pageSize: this.#module.pageSize };
  }

  fail(problem: string, value?: string): never {
    throw new ProgramError(this.strategy, problem, value);
  }

  create<V extends Value>(section: readonly RecordedStep[], make: (slot: number) => V): V {
    const value = make(this.#values.length);
    this.#values.push(value);
    this.#live.push({ value, section });
    return value;
  }

  unusedName(wanted: string): string {
    const taken = new Set(this.#values.map((value) => value.name));
    for (let n = 1; ; n++) {
      const name = n === 1 ? wanted : `${wanted}${n}`;
      if (!taken.has(name)) return name;
    }
  }

  use<V extends Value>(value: V): V {
    if (!this.#live.some((live) => live.value.slot === value.slot))
      this.fail(`${value.name} is used after its release`);
    return value;
  }

  /** The mapping of the place must be there. */
  usePlace<P extends Place>(place: P): P {
    this.use(mappingOf(place));
    return place;
  }

  release(value: Value, section: readonly RecordedStep[]): void {
    const live = this.#live.find((candidate) => candidate.value.slot === value.slot);
    if (live === undefined) this.fail(`${value.name} is released twice`);
    // What setup made must survive the first iteration, or the second would use it after its release.
    if (live.section !== section) this.fail(`${value.name} is made in setup but released in the iteration`);
    this.#live.splice(this.#live.indexOf(live), 1);
  }

  /** Has the teardown leave a mapping alone. */
  seal(value: Value): void {
    this.#live = this.#live.map((live) =>
      live.value.slot === value.slot ? { ...live, value: { ...live.value, isSealed: true } as Value } : live,
    );
  }

  finish(): Program {
    const leaked = this.#live.find((live) => live.section === this.iteration);
    if (leaked !== undefined) {
      const { name } = leaked.value;
      this.fail(`${name} is made in every iteration and never released`, name);
    }
    const teardown = [...this.#live].reverse().flatMap(({ value }) => releaseOf(value));
    const { setup, iteration, loads } = assignLoads(this.setup, this.iteration, (reason) =>
      this.fail(reason),
    );
    let number = 0;
    const numbered = <S extends object>(step: S) => ({ number: ++number, ...step });
    const linkDistance = this.#linkDistance(iteration);
    const flushes = iteration.flatMap((step) => (step.kind === 'flush_module' ? [step.with] : []));
    if (new Set(flushes).size > 1) this.fail('all modules must be flushed with one instruction');
    this.#checkHandler(iteration);
    const landingPads = [...this.setup, ...this.iteration].some(asksForLandingPads);
    return {
      strategy: this.strategy,
      module: this.#module,
      setup: setup.map(numbered) as Step[],
      iteration: iteration.map(numbered) as Step[],
      teardown: teardown.map(numbered),
      slots: this.#values.length,
      loads,
      ...(landingPads && { landingPads }),
      ...(linkDistance !== undefined && { linkDistance }),
    };
  }

  /** What a handler of faults loads nothing else writes, and an iteration runs once. */
  #checkHandler(iteration: readonly RecordedStep[]): void {
    const handlers = this.setup.filter((step) => step.kind === 'handle_faults');
    const [handler] = handlers;
    if (handler === undefined) return;
    const runs = iteration.flatMap((step) => (step.kind === 'execute_module' ? [step.module] : []));
    const isRunThere = runs.length === 1 && runs[0] !== undefined && nameOf(runs[0]) === nameOf(handler.code);
    if (handlers.length > 1 || !isRunThere)
      this.fail(
        `a handler of faults loads one module, which an iteration runs once: ${nameOf(handler.code)}`,
      );
    if ([...this.setup, ...iteration].some(isWrite))
      this.fail('what a handler of faults loads must not be written by the program too');
  }

  /** How far behind the code its links lie, where there are any. */
  #linkDistance(iteration: readonly RecordedStep[]): number | undefined {
    const runs = iteration.flatMap((step) => (step.kind === 'execute_module' ? [step.module] : []));
    const links = iteration.flatMap((step) => (step.kind === 'write_links' ? [step.into] : []));
    const distances = links.map((into, load) => {
      const code = runs[load];
      if (code === undefined || mappingOf(code).slot !== mappingOf(into).slot)
        this.fail(`links must lie in the mapping of the code: ${nameOf(into)}`);
      return offsetOf(into) - offsetOf(code);
    });
    if (new Set(distances).size > 1) this.fail('the links of all modules must be as far behind their code');
    return distances[0];
  }
}

/** Whether a step makes memory that indirect branches enter at landing pads only. */
function asksForLandingPads(step: RecordedStep): boolean {
  if (step.kind !== 'call') return false;
  return step.args.some((argument) => {
    const isProt = argument.type === 'flags' && argument.of === 'prot';
    return isProt && (argument.value & PROT.PROT_BTI) !== 0;
  });
}

const isWrite = ({ kind }: RecordedStep) =>
  kind === 'write_module' || kind === 'ask_writer' || kind === 'write_links';

/**
 * Tells the steps which load they belong to: the first module that an iteration writes is the first that it
 * runs, and so on. What only the setup writes is loaded once and run in every load.
 */
function assignLoads(
  setup: readonly RecordedStep[],
  iteration: readonly RecordedStep[],
  fail: (reason: string) => never,
) {
  const runs = iteration.flatMap((step) => (step.kind === 'execute_module' ? [step.module] : []));
  const isHandled = setup.some(({ kind }) => kind === 'handle_faults');
  const writes = iteration.filter(isWrite).length;
  if (writes > 0 && writes < runs.length)
    fail(`an iteration writes ${writes} modules and runs ${runs.length}`);
  const loads = Math.max(1, runs.length);
  let written = 0;
  let run = 0;
  // What is mapped so far: nothing can be done at the address of what is not.
  const made = new Set<number>();
  const runningAt = (place: Place | undefined) =>
    place === undefined || !made.has(mappingOf(place).slot) ? {} : { runsAt: place };
  const inOrder = <S>(steps: readonly RecordedStep[], assign: (step: RecordedStep) => S): S[] =>
    steps.map((step) => {
      const assigned = assign(step);
      if ('result' in step && step.result !== undefined) made.add(step.result.slot);
      return assigned;
    });
  return {
    loads,
    setup: inOrder(setup, (step) =>
      isWrite(step) || step.kind === 'start_writer'
        ? { ...step, ...runningAt(runs[0] ?? ownPlace(step)), load: 'setup' }
        : step,
    ),
    iteration: inOrder(iteration, (step) => {
      if (isWrite(step)) {
        const load = Math.min(written++, loads - 1);
        return { ...step, ...runningAt(runs[load] ?? ownPlace(step)), load };
      }
      if (step.kind === 'flush_module') return { ...step, load: Math.max(0, written - 1) };
      if (step.kind === 'execute_module')
        return { ...step, load: writes === 0 && !isHandled ? 'setup' : run++ };
      return step;
    }),
  };
}

/** Where a module that is never run is written. */
function ownPlace(step: RecordedStep): Place | undefined {
  if (step.kind !== 'write_module') return undefined;
  return step.into.kind === 'file' ? step.into.at : step.into;
}
