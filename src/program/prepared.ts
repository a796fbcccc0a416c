import { Placement } from './layout.ts';
import type { Layout } from './layouts.ts';
import { type Routines, Setup } from './libc-steps.ts';
import type { Context } from './native/context.ts';
import type { Program, Step } from './step.ts';
import { resultOf } from './value.ts';

/** A program whose setup has run in this process: the part that all engines share. */
export class PreparedProgram {
  readonly program: Program;
  readonly #context: Context;
  readonly #placement: Placement;
  readonly #setups: Setup[] = [];
  /** Where the iteration's mappings belong, by slot. */
  #places: Map<number, number> = new Map();

  /** Throws a StepFailure where a setup step fails, a LayoutError where the layout cannot be made. */
  constructor(program: Program, context: Context, layout: Layout, routines: Routines) {
    this.program = program;
    this.#context = context;
    const { setup, teardown, instances = 1 } = program;
    this.#placement = new Placement(layout, program.module.pageSize, instances);
    try {
      for (let instance = 0; instance < instances; instance++) {
        context.choose(instance);
        const values = context.values(instance);
        this.#setups.push(new Setup(setup, teardown, values, this.#placement, routines));
      }
      context.choose(0);
      this.placeAgain();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Addresses of the program's mappings by name, as of the last iteration. */
  addresses(): Record<string, number> {
    const values = this.#context.values(0);
    const steps: readonly Step[] = [...this.program.setup, ...this.program.iteration];
    const mappings = steps.flatMap((step) => {
      const result = resultOf(step);
      return result?.kind === 'mapping' ? [result] : [];
    });
    return Object.fromEntries(mappings.map(({ name, slot }) => [name, Number(values[slot])]));
  }

  /** Whether the mappings of the last iteration lay where the layout wants them. */
  inPlace(): boolean {
    const values = this.#context.values(0);
    return [...this.#places].every(([slot, address]) => Number(values[slot]) === address);
  }

  /** Prepares the layout of the iteration's mappings, at first and after `inPlace()` was false. */
  placeAgain(): void {
    const places = this.#placement.forIteration(this.program.iteration);
    // Of several instances each leaves the others a place of its own, and any will do.
    this.#places = this.program.instances === undefined ? places : new Map();
  }

  /** Runs the teardown and removes the layout's neighbours. */
  close(): void {
    for (const setup of this.#setups) setup.undo();
    this.#placement.release();
  }
}
