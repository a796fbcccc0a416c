import type { EngineName } from '../program/engine.ts';
import type { Layout } from '../program/layouts.ts';
import type { WxClass } from '../strategies/strategy.ts';
import type { WorkloadParameters } from '../workloads/catalogue.ts';
import type { OthersWork } from './companions.ts';
import type { TimeLimits } from './time-limits.ts';

/** One thing that is measured: a strategy with everything that shapes its cost. */
export interface Case {
  /** Stable from run to run, as `memfd/pages=4`. */
  readonly id: string;
  readonly strategy: string;
  /** The user's file that declares the strategy. */
  readonly strategyFile?: string;
  readonly wx: WxClass;
  readonly workload: string;
  /** What was chosen about the workload. */
  readonly parameters?: WorkloadParameters;
  readonly pages: number;
  /** Bytes. */
  readonly pageSize: number;
  readonly threads: number;
  /** What the threads beside the loading ones do; absent where no threads were asked for. */
  readonly others?: OthersWork;
  readonly layout: Layout;
  readonly engine: EngineName;
  /** What the child is put under, as `mdwe,memlock=64K` (src/policies). */
  readonly policy?: string;
  /** Turns of an empty loop added to every iteration: a slowdown for scripts/aa.ts; no command sets it. */
  readonly delayTurns?: number;
  /** Instructions that do nothing before what was written is run (scripts/accuracy.ts); no command sets it. */
  readonly distance?: number;
}

/** What the user asked to measure. */
export interface RunOptions extends TimeLimits {
  /** Their names. */
  readonly strategies: readonly string[];
  readonly pages: readonly number[];
  readonly engine: EngineName;
  readonly layout: Layout;
  readonly workload: string;
  readonly parameters?: WorkloadParameters;
  /** Numbers of threads, and what those do that do not load; absent where no threads were asked for. */
  readonly threads?: readonly number[];
  readonly others?: OthersWork;
  /** What the children are put under. */
  readonly policy?: string;
  /** Child processes for every case; more where a precision is asked for. */
  readonly forks: number;
  /** Milliseconds of samples in every fork. */
  readonly timePerFork: number;
  /** The half-width that every case's interval should have, as a share of the estimate. */
  readonly precision?: number;
  /** Of the order of cases in rounds, and of the estimates' resampling. */
  readonly seed: number;
  /** The CPU that the forks are pinned to. */
  readonly cpu: number;
}
