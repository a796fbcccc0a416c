import type { CacheMaintenanceMode, EngineName, Layout } from '../../program/names.ts';
import type { Strategy } from '../../strategies/strategy.ts';
import type { WorkloadName } from '../../workloads/catalogue.ts';

/** What `mapbench run` does unless its command line says otherwise: its long options, spelled as there. */
export interface RunDefaults {
  /** Names, globs, groups, files. */
  readonly strategy?: string | readonly string[];
  /** Sizes of the module; a text may hold ranges, as `1..1024`. */
  readonly pages?: number | string | readonly number[];
  readonly workload?: WorkloadName;
  readonly call?: number | string;
  readonly patches?: number;
  readonly modules?: number;
  readonly engine?: EngineName;
  readonly layout?: Layout;
  readonly icache?: CacheMaintenanceMode;
  readonly forks?: number;
  /** Milliseconds of samples in every fork. */
  readonly time?: number;
  /** As `2%`. */
  readonly precision?: string;
  /** Seconds. */
  readonly maxTime?: number;
  /** Seconds. */
  readonly forkTimeout?: number;
  readonly quick?: boolean;
  readonly rigorous?: boolean;
  readonly seed?: number;
  readonly cpu?: number;
  readonly tune?: boolean;
  readonly format?: 'table' | 'json';
  readonly phases?: boolean;
  readonly latency?: boolean;
  readonly memory?: boolean;
  readonly counters?: boolean;
  readonly verbose?: boolean;
  readonly output?: string;
  readonly saveBaseline?: string;
  readonly baseline?: string;
  /** As `2%`. */
  readonly threshold?: string;
  readonly relativeTo?: string;
  /** As `regression`, or `regression,inconclusive=10%`. */
  readonly failOn?: string;
  readonly assertFile?: string | readonly string[];
  readonly strict?: boolean;
  /** As `csv=results.csv`. */
  readonly export?: string | readonly string[];
}

/** What `mapbench.config.ts` holds. */
export interface Config {
  /** Strategies that join those that every command knows, in the group `own`. */
  readonly strategies?: readonly Strategy[];
  readonly defaults?: RunDefaults;
  /** Gates of every `run`, as `memfd < 0.2 * reuse`. */
  readonly gates?: readonly string[];
}

/** Declares the configuration of the folder that it lies in. */
export function defineConfig(config: Config): Config {
  return config;
}
