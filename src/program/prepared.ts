import { type Layout, Placement } from './layout.ts';
import type { Values } from './libc-steps.ts';
import { Setup } from './libc-steps.ts';
import type { Program, Step } from './step.ts';

/** A program whose setup has run in this process: the part that all engines share. */
export class PreparedProgram {
  readonly program: Program;
  readonly #values: Values;
  readonly #placement: Placement;
  readonly #setup: Setup;
  /** Where the iteration's mappings belong, by slot. */
  #places: Map<number, number>;

  /** Throws a StepFailure where a setup step fails, a LayoutError where the layout cannot be made. */
  constructor(program: Program, values: Values, layout: Layout) {
    this.program = program;
    this.#values = values;
    this.#placement = new Placement(layout, program.module.pageSize);
    this.#setup = new Setup(program.setup, program.teardown, values, this.#placement);
    this.#places = this.#placement.forIteration(program.iteration);
  }

  /** Addresses of the program's mappings by name, as of the last iteration. */
  addresses(): Record<string, number> {
    const steps: readonly Step[] = [...this.program.setup, ...this.program.iteration];
    const mappings = steps.flatMap((step) =>
      step.kind === 'call' && step.result?.kind === 'mapping' ? [step.result] : [],
    );
    return Object.fromEntries(mappings.map(({ name, slot }) => [name, Number(this.#values[slot])]));
  }

  /** Whether the mappings of the last iteration lay where the layout wants them. */
  inPlace(): boolean {
    return [...this.#places].every(([slot, address]) => Number(this.#values[slot]) === address);
  }

  /** Prepares the layout of the iteration's mappings anew, after `inPlace()` was false. */
  placeAgain(): void {
    this.#places = this.#placement.forIteration(this.program.iteration);
  }

  /** Runs the teardown and removes the layout's neighbours. */
  close(): void {
    this.#setup.undo();
    this.#placement.release();
  }
}
