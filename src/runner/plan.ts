import type { CacheMaintenanceMode, EngineName, Layout } from '../program/names.ts';
import type { Strategy, WxClass } from '../strategies/strategy.ts';
import {
  findWorkload,
  takesParameter,
  type WorkloadName,
  type WorkloadParameters,
} from '../workloads/catalogue.ts';
import type { BackgroundWork } from './presets.ts';

/** One thing that is measured: a strategy with everything that shapes its cost. */
export interface Case {
  /** Stable from run to run, as `memfd/pages=4`. */
  readonly id: string;
  readonly strategy: string;
  /** The user's file that declares the strategy. */
  readonly strategyFile?: string;
  readonly wx: WxClass;
  readonly workload: WorkloadName;
  /** What was chosen about the workload. */
  readonly parameters?: WorkloadParameters;
  readonly pages: number;
  /** Bytes. */
  readonly pageSize: number;
  readonly threads: number;
  /** Processes that load at the same time; absent where no number was asked for. */
  readonly processes?: number;
  /** What the threads beside the loading ones do; absent where no threads were asked for. */
  readonly background?: BackgroundWork;
  readonly layout: Layout;
  readonly engine: EngineName;
  /** Which cache maintenance a load does on AArch64; absent for what CTR_EL0 asks for. */
  readonly icache?: Exclude<CacheMaintenanceMode, 'follow'>;
  /** What the child is put under, as `mdwe,memlock=64K` (src/policies). */
  readonly policy?: string;
  /** Turns of an empty loop added to every iteration: a slowdown for scripts/aa.ts; no command sets it. */
  readonly delayTurns?: number;
  /** The index of the step of the iteration that they follow; default: the last. */
  readonly delayedStep?: number;
  /**
   * Instructions that do nothing before system calls and runs (scripts/accuracy); no command sets it.
   */
  readonly distance?: number;
}

/** How long a run may take. */
export interface TimeLimits {
  /** Milliseconds after which no further round is begun for the precision's sake. */
  readonly maxTimeMs?: number;
  /** Milliseconds after which a fork counts as hung and is killed; by default ample. */
  readonly forkTimeoutMs?: number;
}

/** What the user asked to measure. */
export interface RunOptions extends TimeLimits {
  /** Their names. */
  readonly strategies: readonly string[];
  readonly pages: readonly number[];
  readonly engine: EngineName;
  readonly layout: Layout;
  readonly workload: WorkloadName;
  readonly parameters?: WorkloadParameters;
  /** Numbers of threads, and what those do that do not load; absent where no threads were asked for. */
  readonly threads?: readonly number[];
  readonly background?: BackgroundWork;
  readonly icache?: CacheMaintenanceMode;
  /** Numbers of processes that load at the same time; absent where none was asked for. */
  readonly processes?: readonly number[];
  /** What the children are put under. */
  readonly policy?: string;
  /** Where is measured, as it is named on the command line; absent for this machine. */
  readonly target?: string;
  /** What is measured; absent for time. */
  readonly metric?: 'instructions';
  /** Child processes for every case; more where a precision is asked for. */
  readonly forks: number;
  /** Milliseconds of samples in every fork. */
  readonly timePerFork: number;
  /** The half-width that every case's interval should have, as a fraction of the estimate. */
  readonly precision?: number;
  /** Of the order of cases in rounds, and of the estimates' resampling. */
  readonly seed: number;
  /** The CPU that the forks are pinned to. */
  readonly cpu: number;
}

/** The options that cases are made of, beside their strategies. */
export type CaseOptions = Pick<
  RunOptions,
  | 'engine'
  | 'layout'
  | 'workload'
  | 'parameters'
  | 'threads'
  | 'background'
  | 'processes'
  | 'icache'
  | 'policy'
> & {
  /** Without them, the workload's own size. */
  readonly pages?: readonly number[] | undefined;
};

/** A strategy, and the user's file that declares it. */
export interface KnownStrategy {
  readonly strategy: Strategy;
  readonly file?: string;
}

/** The cases of a run, strategy by strategy. */
export function planCases(
  strategies: readonly KnownStrategy[],
  options: CaseOptions,
  pageSize: number,
): Case[] {
  const { threads = [1], processes = [undefined] } = options;
  return strategies.flatMap((known) =>
    sizesOf(options).flatMap((pages) =>
      threads.flatMap((count) =>
        processes.map((many) =>
          caseOf(
            known,
            { pages, pageSize, threads: count, ...(many !== undefined && { processes: many }) },
            options,
          ),
        ),
      ),
    ),
  );
}

/** The sizes that are asked for, or the workload's own. */
export function sizesOf({ pages, workload }: Pick<CaseOptions, 'pages' | 'workload'>): readonly number[] {
  return pages ?? [findWorkload(workload).pages];
}

function caseOf(
  { strategy, file }: KnownStrategy,
  { pages, pageSize, threads, processes }: Pick<Case, 'pages' | 'pageSize' | 'threads' | 'processes'>,
  { layout: wantedLayout, engine, workload, parameters, ...options }: CaseOptions,
): Case {
  // A first load, and an allocator of its own, finds what the kernel gives it.
  const isUnplaced = findWorkload(workload).life.kind === 'cold' || strategy.library !== undefined;
  const layout = isUnplaced ? 'kernel' : wantedLayout;
  const concerning = parametersOf(workload, parameters);
  const parts = [strategy.name, `pages=${pages}`];
  if (workload !== 'ret') parts.push(`workload=${workload}`);
  for (const [name, value] of Object.entries(concerning)) parts.push(`${name}=${describeParameter(value)}`);
  if (layout !== 'guarded') parts.push(`layout=${layout}`);
  if (engine !== 'native') parts.push(`engine=${engine}`);
  const background = options.threads && (options.background ?? 'load');
  if (background !== undefined) parts.push(`threads=${threads}`);
  if (background !== undefined && background !== 'load') parts.push(`background=${background}`);
  if (processes !== undefined) parts.push(`processes=${processes}`);
  const { policy, icache = 'follow' } = options;
  if (icache !== 'follow') parts.push(`icache=${icache}`);
  if (policy !== undefined) parts.push(`policy=${policy.replaceAll(',', '+')}`);
  return {
    id: parts.join('/'),
    strategy: strategy.name,
    ...(file !== undefined && { strategyFile: file }),
    wx: strategy.wx,
    workload,
    ...(Object.keys(concerning).length > 0 && { parameters: concerning }),
    pages,
    pageSize,
    threads,
    ...(background !== undefined && { background }),
    ...(processes !== undefined && { processes }),
    layout,
    engine,
    ...(icache !== 'follow' && { icache }),
    ...(policy !== undefined && { policy }),
  };
}

/** Those of the parameters that concern a workload. */
export function parametersOf(
  workload: WorkloadName,
  parameters: WorkloadParameters = {},
): WorkloadParameters {
  return Object.fromEntries(
    Object.entries(parameters).filter(
      ([name, value]) => value !== undefined && takesParameter(workload, name as keyof WorkloadParameters),
    ),
  );
}

function describeParameter(value: WorkloadParameters[keyof WorkloadParameters]): string {
  if (typeof value !== 'object') return String(value);
  if ('count' in value) return String(value.count);
  return value.fraction === 1 ? 'all' : `${value.fraction * 100}%`;
}
