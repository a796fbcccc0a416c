import type { MeasuredProcess, Operation } from '../target/measured-process.ts';
import type { Content } from '../workloads/content.ts';
import type { Layout } from './layouts.ts';
import type { Instrument } from './native/instrument.ts';
import type { PreparedProgram } from './prepared.ts';
import type { SharedResults } from './shared-results.ts';
import type { Program } from './step.ts';
import type { Routines, Strings } from './step-runner.ts';

/** How a program's iterations are driven: machine code, or JavaScript with one FFI call a step. */
export const engineNames = ['native', 'ffi'] as const;
export type EngineName = (typeof engineNames)[number];

/** What an engine needs to know of a program. */
export interface ProgramSource {
  readonly program: Program;
  /** What is loaded, in the measured process's memory. */
  readonly content: Content;
  readonly layout: Layout;
  /** Turns of an empty loop added to every iteration of the native engine; for the power study only. */
  readonly delayTurns?: number | undefined;
  /** Instructions that do nothing before what was written is run: what the time of a load depends on (docs/accuracy.md). */
  readonly distance?: number | undefined;
  /** Reads the cycle counter in the native engine's loop. */
  readonly instrument?: Instrument | undefined;
}

/** A program's generated code in the measured process, from which it can be set up again and again. Disposing it gives back all. */
export interface LoadedCode extends Disposable {
  readonly target: MeasuredProcess;
  readonly program: Program;
  readonly layout: Layout;
  readonly routines: Routines;
  readonly strings: Strings;
  readonly shared: SharedResults;
  /** Runs the setup. Rejects with a StepFailure, or a LayoutError. */
  start(): Promise<RunningProgram>;
}

/** One batch of iterations. */
export interface Batch {
  /** Time of the whole batch in nanoseconds. */
  readonly nanoseconds: number;
  /** Results that were checked, and those among them that were not the loaded code's. 0 where the workload returns nothing. */
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
