import { ANONYMOUS, buildProgram, EXEC, NONE, PRIVATE, READ, WRITE } from '../program/builder.ts';
import { withProgram } from '../program/engine.ts';
import type { ModuleSize, Program } from '../program/ir.ts';
import type { NativeCode, NativeProgram } from '../program/native/engine.ts';
import { type Member, Team, type ThreadResult } from '../program/native/team.ts';
import { MADV } from '../system/constants.ts';
import { patchSites } from '../workloads/patch.ts';
import type { BackgroundWork } from './presets.ts';
import { calibrate, requireFreshCode } from './sampler.ts';

/** What a backgroundThread can do. */
export type BackgroundThread = Exclude<BackgroundWork, 'load'>;

/**
 * Pages that a backgroundThread goes through: enough for a flush of the TLB to be felt, few enough for all to
 * be held.
 */
const backgroundPages = 64;

/**
 * The program of a thread that loads nothing. `compute` stays in user mode: it calls code on many resident
 * pages. `fault` drops its pages and touches them again. `run` runs a module of that size which another
 * thread patches.
 */
export function backgroundProgram(backgroundThread: BackgroundThread, module: ModuleSize): Program {
  return backgroundThread === 'run' ? runProgram(module) : makers[backgroundThread](module.pageSize);
}

/**
 * The program of a thread that runs the code of another: the module's place is lent to it, and what it
 * reserves stays as it is.
 */
function runProgram(module: ModuleSize): Program {
  return buildProgram('run', module, ({ setup, iterate, size }) => {
    const code = setup.mmap({ length: size, prot: NONE, flags: PRIVATE | ANONYMOUS });
    iterate.executeModule(code);
  });
}

const makers: Readonly<Record<Exclude<BackgroundThread, 'run'>, (pageSize: number) => Program>> = {
  compute: (pageSize) =>
    buildProgram('compute', { pages: backgroundPages, pageSize }, ({ setup, iterate, size }) => {
      const code = setup.mmap({ length: size, prot: READ | WRITE, flags: PRIVATE | ANONYMOUS });
      setup.writeModule(code);
      setup.mprotect(code, READ | EXEC);
      iterate.executeModule(code);
    }),
  fault: (pageSize) =>
    buildProgram('fault', { pages: backgroundPages, pageSize }, ({ setup, iterate, size }) => {
      const data = setup.mmap({ length: size, prot: READ | WRITE, flags: PRIVATE | ANONYMOUS });
      iterate.madvise(data, MADV.MADV_DONTNEED);
      iterate.writeModule(data);
    }),
};

/** How many of so many threads load; the others are backgroundThreads. */
export function loadersOf(threads: number, background: BackgroundWork): number {
  if (background === 'load') return threads;
  return background === 'fault' ? Math.max(1, Math.floor(threads / 2)) : 1;
}

/** Milliseconds of a batch, after each of which a thread looks at the clock. */
const batchLength = 0.2;

/** Milliseconds that the threads run before what is kept, in its placement. */
const warmUp = 1;

const nsPerMs = 1e6;

/** Who runs on which CPU. */
export interface ThreadPlan {
  readonly threads: number;
  readonly background: BackgroundWork;
  /** Thread by thread; taken again from the first where there are fewer than threads. */
  readonly cpus: readonly number[];
}

/** Each is set up anew for every window. */
export interface ThreadCodes {
  readonly load: NativeCode;
  /** What the backgroundThreads do. */
  readonly backgroundThread: NativeCode;
  /** What the loading threads do in a window without loads. */
  readonly compute: NativeCode;
}

/** What the threads did at one time. */
export interface Window {
  readonly loaders: readonly ThreadResult[];
  readonly backgroundThreads: readonly ThreadResult[];
}

/** The threads of a case: the loading ones first, then their backgroundThreads. */
export class ThreadGroup {
  readonly loaders: number;
  readonly backgroundThreads: number;
  readonly #codes: ThreadCodes;
  readonly #plan: ThreadPlan;
  readonly #team: Team;
  readonly #iterations: Readonly<Record<keyof ThreadCodes, number>>;

  private constructor(
    codes: ThreadCodes,
    plan: ThreadPlan,
    team: Team,
    iterations: Readonly<Record<keyof ThreadCodes, number>>,
  ) {
    this.loaders = loadersOf(plan.threads, plan.background);
    this.backgroundThreads = plan.threads - this.loaders;
    this.#codes = codes;
    this.#plan = plan;
    this.#team = team;
    this.#iterations = iterations;
  }

  /** Rejects with a StepFailure where a program cannot be set up or run. */
  static async of(codes: ThreadCodes, plan: ThreadPlan): Promise<ThreadGroup> {
    const iterations = {
      load: await calibrated(codes.load),
      backgroundThread: await (plan.background === 'run'
        ? withProgram(codes.load, (module) => calibrated(codes.backgroundThread, module))
        : calibrated(codes.backgroundThread)),
      compute: await calibrated(codes.compute),
    };
    return new ThreadGroup(codes, plan, await Team.in(codes.load.target), iterations);
  }

  /** Of a loading thread. */
  get iterationsPerBatch(): number {
    return this.#iterations.load;
  }

  /**
   * All threads for so many milliseconds, in fresh placements; the loading threads load, or compute. `around`
   * runs what is to be kept, the warm-up left out. Rejects with a StepFailure, or where code ran that had
   * not been loaded.
   */
  window(
    kind: 'load' | 'compute',
    milliseconds: number,
    around: <T>(run: () => Promise<T>) => Promise<T> = (run) => run(),
  ): Promise<Window> {
    return this.#withMembers(kind, this.#iterations[kind], async (members) => {
      await this.#team.run(members, warmUp * nsPerMs);
      const results = await around(() => this.#team.run(members, milliseconds * nsPerMs));
      for (const { batch } of results) requireFreshCode(batch);
      return { loaders: results.slice(0, this.loaders), backgroundThreads: results.slice(this.loaders) };
    });
  }

  /**
   * One batch of each thread, whose loading threads' programs were compiled for latency, and what `read`
   * makes of these.
   */
  traced<T>(iterations: number, read: (program: NativeProgram, result: ThreadResult) => T): Promise<T[]> {
    return this.#withMembers('load', iterations, async (members) => {
      const results = await this.#team.run(members, 0);
      return members
        .slice(0, this.loaders)
        .map(({ program }, index) => read(program, results[index] as ThreadResult));
    });
  }

  #withMembers<T>(
    kind: 'load' | 'compute',
    iterations: number,
    use: (members: readonly Member[]) => Promise<T>,
  ): Promise<T> {
    if (this.#plan.background !== 'run' || kind === 'load') return this.#withMore(kind, iterations, use, []);
    // Beside threads that compute the same code is run, and nobody patches it.
    return withProgram(this.#codes.load, (module) => this.#withMore(kind, iterations, use, [], module));
  }

  /**
   * Sets one program after the other up, and gives all of them back in the opposite order; `module` is what
   * threads run that load nothing, by default that of the first.
   */
  #withMore<T>(
    kind: 'load' | 'compute',
    iterations: number,
    use: (members: readonly Member[]) => Promise<T>,
    members: readonly Member[],
    module?: NativeProgram,
  ): Promise<T> {
    const thread = members.length;
    if (thread === this.#plan.threads) return use(members);
    const isLoader = thread < this.loaders;
    return withProgram(this.#codes[isLoader ? kind : 'backgroundThread'], async (program) => {
      const lender = module ?? members[0]?.program;
      using _lent = isLoader || lender === undefined ? undefined : await this.#lend(program, lender);
      const member = {
        program,
        iterations: isLoader ? iterations : this.#iterations.backgroundThread,
        cpu: this.#plan.cpus[thread % this.#plan.cpus.length] ?? 0,
      };
      return await this.#withMore(kind, iterations, use, [...members, member], module);
    });
  }

  async #lend(program: NativeProgram, lender: NativeProgram): Promise<Disposable | undefined> {
    return this.#plan.background === 'run' ? lend(program, lender) : undefined;
  }
}

/** Has a program run the module of another, every place of which was patched before. */
async function lend(program: NativeProgram, lender: NativeProgram): Promise<Disposable> {
  await lender.batch(patchSites);
  return program.borrowModule(lender);
}

/** Iterations of a batch, found on one thread alone; `lender` is whose module is run. */
function calibrated(code: NativeCode, lender?: NativeProgram): Promise<number> {
  return withProgram(code, async (program) => {
    using _lent = lender && (await lend(program, lender));
    return await calibrate(program, batchLength);
  });
}
