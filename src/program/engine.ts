import type { MeasuredProcess, Operand, Operation } from '../target/measured-process.ts';
import { OperationList } from '../target/operation-list.ts';
import type { Content } from '../workloads/content.ts';
import { type CallStep, isShared, type Program, resultOf, type Step } from './ir.ts';
import { type AddressRange, misplaced, type Place, Placement } from './layout.ts';
import type { Layout } from './names.ts';
import { type Context, unset } from './native/context.ts';
import type { Instrument } from './native/instrument.ts';
import { checkRequirements } from './requirements.ts';
import { type Routines, type SharedResults, StepRunner, type Strings } from './step-runner.ts';

/** What an engine needs to know of a program. */
export interface ProgramSource {
  readonly program: Program;
  /** What is loaded, in the measured process's memory. */
  readonly content: Content;
  readonly layout: Layout;
  /** Turns of an empty loop added to every iteration of the native engine; for the power study only. */
  readonly delayTurns?: number | undefined;
  /** The index of the step that they follow. */
  readonly delayedStep?: number | undefined;
  /**
   * Instructions that do nothing before system calls and runs: what the time of a load depends on
   * (docs/accuracy.md).
   */
  readonly distance?: number | undefined;
  /** Reads the cycle counter in the native engine's loop. */
  readonly instrument?: Instrument | undefined;
}

/**
 * A program's generated code in the measured process, from which it can be set up again and again. Disposing
 * it gives back all.
 */
export interface LoadedCode extends Disposable {
  readonly target: MeasuredProcess;
  readonly program: Program;
  readonly layout: Layout;
  readonly routines: Routines;
  readonly strings: Strings;
  readonly shared: SharedResults;
  /** Runs the setup. Rejects with a StepFailure, or where the layout cannot be made. */
  start(): Promise<RunningProgram>;
}

/** One batch of iterations. */
export interface Batch {
  /** Time of the whole batch in nanoseconds. */
  readonly nanoseconds: number;
  /**
   * Results that were checked, and those among them that were not the loaded code's. 0 where the workload
   * returns nothing.
   */
  readonly executed: number;
  readonly stale: number;
}

/** What is done before and after a batch. */
export interface Surroundings {
  /** Iterations that run first and are not timed. */
  readonly warmUp: number;
  /** Right around what is timed. */
  readonly before: readonly Operation[];
  readonly after: readonly Operation[];
}

/** A program that an engine has set up in the measured process. */
export interface RunningProgram extends PreparedProgram {
  /** Runs the iteration `iterations` times. Rejects with a StepFailure where a step fails. */
  batch(iterations: number, surroundings?: Surroundings): Promise<Batch>;
}

/** Sets a program up, uses it, and gives back what it has mapped, on every path. */
export async function withProgram<Running extends RunningProgram, T>(
  code: { start(): Promise<Running> },
  use: (program: Running) => Promise<T>,
): Promise<T> {
  const program = await code.start();
  let result: T;
  try {
    result = await use(program);
  } catch (error) {
    // What went wrong first counts; a process that has ended has given everything back.
    await program.close().catch(() => {});
    throw error;
  }
  await program.close();
  return result;
}

/** A program whose setup has run in the measured process: the part that all engines share. */
export class PreparedProgram {
  readonly program: Program;
  readonly #context: Context;
  readonly #operations: OperationList;
  readonly #steps: StepRunner;
  readonly #placement: Placement;
  readonly #shared: SharedResults;
  #hasJoined = false;
  /** Where the iteration's mappings belong, by slot. */
  #places: Map<number, AddressRange> = new Map();

  constructor(code: LoadedCode, context: Context) {
    const { program, target, layout } = code;
    this.program = program;
    this.#shared = code.shared;
    this.#context = context;
    this.#operations = new OperationList(target);
    this.#steps = new StepRunner(target, this.#operations, context, code);
    this.#placement = new Placement(layout, program.module.pageSize, this.#operations, program.instances);
  }

  /**
   * Rejects with a StepFailure where a setup step fails, with an error of kind `unavailable` where the
   * program requires what is not there, or where the layout cannot be made.
   */
  async setUp(): Promise<void> {
    const { setup, instances = 1 } = this.program;
    try {
      const checks: (() => void)[] = [];
      for (let instance = 0; instance < instances; instance++) {
        for (const step of setup) {
          if (step.kind === 'require') continue;
          await this.#operations.makeRoom();
          const slot = isShared(step) ? resultOf(step)?.slot : undefined;
          const made = slot === undefined ? undefined : this.#madeBefore(slot, instance);
          if (slot !== undefined && made !== undefined) {
            this.#steps.share(slot, instance, made);
            continue;
          }
          const place = step.kind === 'call' ? await this.#placement.forSetup(step) : undefined;
          this.#steps.add(step, instance, place?.operand);
          if (place !== undefined && step.kind === 'call')
            checks.push(() => this.#checkPlace(step, place, instance));
        }
      }
      await this.#operations.flush();
      this.#join();
      for (const check of checks) check();
      await checkRequirements(this.#operations.target, this.program, ({ slot }, instance) =>
        Number(this.#context.values(instance)[slot]),
      );
      await this.prepareLayout();
    } catch (error) {
      await this.close().catch(() => {});
      throw error;
    }
  }

  /** What an earlier instance, or another program of this code, has made for all. */
  #madeBefore(slot: number, instance: number): Operand | undefined {
    return instance === 0 ? this.#shared.get(slot) : this.#steps.resultOf(slot);
  }

  #join(): void {
    const values = this.#context.values(0);
    const slots = this.program.setup.filter(isShared).flatMap((step) => resultOf(step)?.slot ?? []);
    this.#shared.join(slots.map((slot) => [slot, Number(values[slot])]));
    this.#hasJoined = true;
  }

  /** A hint is only a hint: what lies elsewhere has other neighbours. */
  #checkPlace({ result }: CallStep, place: Place, instance: number): void {
    if (result !== undefined && Number(this.#context.values(instance)[result.slot]) !== place.value())
      throw misplaced(`the kernel did not place ${result.name}`);
  }

  /**
   * Addresses of the first instance's mappings by name; of one that no iteration has replaced yet, those of
   * its setup.
   */
  addresses(): Record<string, number> {
    const values = this.#context.values(0);
    const steps: readonly Step[] = [...this.program.setup, ...this.program.iteration];
    const mappings = steps.flatMap((step) => {
      const result = resultOf(step);
      return result?.kind === 'mapping' && values[result.slot] !== unset ? [result] : [];
    });
    return Object.fromEntries(mappings.map(({ name, slot }) => [name, Number(values[slot])]));
  }

  /** Where the mappings of all instances lie, those of the last load where an iteration makes them. */
  ranges(): { readonly address: number; readonly length: number }[] {
    const { setup, iteration, instances = 1 } = this.program;
    const mappings = new Map(
      [...setup, ...iteration].flatMap((step: Step) => {
        const result = resultOf(step);
        return result?.kind === 'mapping' ? [[result.slot, result.length] as const] : [];
      }),
    );
    return Array.from({ length: instances }, (_, instance) => {
      const values = this.#context.values(instance);
      return [...mappings].flatMap(([slot, length]) =>
        values[slot] === unset ? [] : [{ address: Number(values[slot]), length }],
      );
    }).flat();
  }

  /** Whether the mappings of the last iteration lay where the layout wants them. */
  isMappedAsPlanned(): boolean {
    const values = this.#context.values(0);
    return [...this.#places].every(([slot, { lowest, highest }]) => {
      const address = Number(values[slot]);
      return lowest <= address && address <= highest;
    });
  }

  /** Prepares the layout of the iteration's mappings, at first and after `isMappedAsPlanned()` was false. */
  async prepareLayout(): Promise<void> {
    const places = await this.#placement.forIteration(this.program.iteration);
    // Of several instances each leaves the others a place of its own, and any will do.
    this.#places = this.program.instances === undefined ? places : new Map();
  }

  /** Does steps of an instance one after the other, by default of the first. Rejects with a StepFailure. */
  async doSteps(steps: readonly Step[], instance = 0): Promise<void> {
    for (const step of steps) this.#steps.add(step, instance);
    await this.#operations.flush();
  }

  /** Runs the module of every instance once. The code must have been loaded with those steps. */
  async runAll(): Promise<void> {
    const runs = this.program.iteration.filter(({ kind }) => kind === 'execute_module');
    for (let instance = 0; instance < (this.program.instances ?? 1); instance++)
      await this.doSteps(runs, instance);
  }

  /**
   * Runs the teardown of what was set up, removes the layout's neighbours, and gives the context's memory
   * back.
   */
  async close(): Promise<void> {
    const { teardown, instances = 1 } = this.program;
    if (this.#hasJoined) this.#shared.leave();
    this.#hasJoined = false;
    const own = teardown.filter((step) => !isShared(step));
    for (let instance = 0; instance < instances; instance++) await this.#undo(own, instance);
    if (!this.#shared.isUsed) await this.#undo(teardown.filter(isShared), 0);
    await this.#placement.release(teardown[0]);
    await this.#operations.flush();
    this.#context[Symbol.dispose]();
  }

  /** What was made: a setup may have ended early. */
  async #undo(steps: readonly CallStep[], instance: number): Promise<void> {
    const values = this.#context.values(instance);
    for (const step of steps) {
      const value = step.args.find((each) => each.type === 'value');
      const slot = value?.type === 'value' ? value.value.slot : undefined;
      if (slot === undefined || values[slot] === unset) continue;
      await this.#operations.makeRoom();
      this.#steps.add(step, instance);
    }
  }
}
