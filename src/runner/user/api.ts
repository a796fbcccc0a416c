import type { CacheMaintenanceMode, EngineName, Layout } from '../../program/names.ts';
import type { ResultDocument } from '../../results/document.ts';
import type { WorkloadName } from '../../workloads/catalogue.ts';
import type { Calls } from '../../workloads/workload.ts';
import type { BackgroundWork } from '../presets.ts';

/** What `run` measures and how. Without an option it does what `mapbench run` does without it. */
export interface MeasureOptions {
  /**
   * Names, globs as `memfd*`, groups as `@engines` or `@all`, files as `./mine.ts`. Default: the article's
   * seven. A strategy itself cannot be given: every fork is a process of its own and loads it from its file.
   */
  readonly strategies?: string | readonly string[] | undefined;
  /** Pages of the module. Default: the workload's. */
  readonly pages?: number | readonly number[] | undefined;
  /** Child processes for every case. Default 40. */
  readonly forks?: number | undefined;
  /** Milliseconds of samples in every fork. Default 25. */
  readonly time?: number | undefined;
  /** Adds rounds until every interval's half-width is under this fraction of its estimate, as 0.02. */
  readonly precision?: number | undefined;
  /** Seconds after which `precision` adds no round. Default 300. */
  readonly maxTime?: number | undefined;
  /** Seconds after which a fork counts as hung and is killed. Default: 30 and ten times `time`. */
  readonly forkTimeout?: number | undefined;
  /** Who drives the loop. Default `native`. */
  readonly engine?: EngineName | undefined;
  /** Neighbours of the mappings. Default `guarded`. */
  readonly layout?: Layout | undefined;
  /** What is loaded and run. Default `ret`. */
  readonly workload?: WorkloadName | undefined;
  /** Functions that module, reloc, tenancy and footprint call. Default `{ fraction: 0.1 }`. */
  readonly calls?: Calls | undefined;
  /** Stores in each load of patch. Default 1. */
  readonly patches?: number | undefined;
  /** Live modules of tenancy. Default 1000. */
  readonly modules?: number | undefined;
  /** Threads in one process. Default: one, and nothing is told of threads. */
  readonly threads?: number | readonly number[] | undefined;
  /** What the threads do that do not load. Default `load`: all load. */
  readonly background?: BackgroundWork | undefined;
  /** Of `patch`: another thread runs what is patched. */
  readonly live?: boolean | undefined;
  /** Cache maintenance on AArch64. Default: what CTR_EL0 asks for. */
  readonly icache?: CacheMaintenanceMode | undefined;
  /** Processes that load at the same time. Default: one, and nothing is told of processes. */
  readonly processes?: number | readonly number[] | undefined;
  /** What the processes are put under, as `mdwe,memlock=64K`. */
  readonly policy?: string | undefined;
  /** Of the order of cases and of the estimates. Default: drawn. */
  readonly seed?: number | undefined;
  /** The CPU that the forks are pinned to. Default: the last one allowed. */
  readonly cpu?: number | undefined;
  /** Also where an iteration's time goes. */
  readonly phases?: boolean | undefined;
  /** Also how long single iterations take. */
  readonly latency?: boolean | undefined;
  /** Also weighs what live modules hold. */
  readonly memory?: boolean | undefined;
  /** Also counts these perf events and tracepoints a load, as `tlb:tlb_flush` or `cycles:k`. */
  readonly event?: string | readonly string[] | undefined;
  /** Ends the run; it resolves with what was measured so far, and `interrupted` set. */
  readonly signal?: AbortSignal | undefined;
  /** Called after every round with what was measured so far. */
  readonly onRound?: ((soFar: ResultDocument) => void) | undefined;
}
