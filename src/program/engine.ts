import type { Architecture } from '../system/architecture.ts';
import type { Content } from '../workloads/content.ts';
import type { Layout } from './layouts.ts';
import type { Instrument } from './native/instrument.ts';
import type { PreparedProgram } from './prepared.ts';
import type { Program } from './step.ts';

/** How a program's iterations are driven: machine code, or JavaScript with one FFI call a step. */
export const engineNames = ['native', 'ffi'] as const;
export type EngineName = (typeof engineNames)[number];

/** What an engine needs to know to start a program. */
export interface Start {
  readonly program: Program;
  /** What is loaded, in this process's memory. */
  readonly content: Content;
  readonly layout: Layout;
  readonly architecture: Architecture;
  /** Turns of an empty loop added to every iteration of the native engine; for the power study only. */
  readonly delayTurns?: number | undefined;
  /** Reads the cycle counter in the native engine's loop. */
  readonly instrument?: Instrument | undefined;
}

/** One batch of iterations. */
export interface Batch {
  /** Time of the whole batch in nanoseconds. */
  readonly nanoseconds: number;
  /** Results that were checked, and those among them that were not the loaded code's. 0 where the workload returns nothing. */
  readonly executed: number;
  readonly stale: number;
}

/** A program that an engine has set up in this process. */
export interface RunningProgram extends PreparedProgram {
  /** Runs the iteration `iterations` times. Throws a StepFailure where a step fails. */
  batch(iterations: number): Batch;
}
