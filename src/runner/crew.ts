import type { NativeProgram } from '../program/native/engine.ts';
import { type Share, Team } from '../program/native/team.ts';
import type { Architecture } from '../system/architecture.ts';
import { loadersOf, type OthersWork } from './companions.ts';
import { calibrate, StaleCodeError } from './sampler.ts';

/** Milliseconds of a batch, after each of which a thread looks at the clock. */
const batchLength = 0.2;

/** Milliseconds that the threads run before what is kept, in its placement. */
const warmUp = 1;

const nsPerMs = 1e6;

/** Who runs on which CPU. */
export interface ThreadPlan {
  readonly threads: number;
  readonly others: OthersWork;
  /** Thread by thread; taken again from the first where there are fewer than threads. */
  readonly cpus: readonly number[];
}

/** Each sets up a program, in a placement of its own. */
export interface ThreadStarts {
  readonly load: () => NativeProgram;
  /** What the companions do. */
  readonly companion: () => NativeProgram;
  /** What the loading threads do in a window without loads. */
  readonly compute: () => NativeProgram;
}

/** What the threads did at one time. */
export interface Window {
  readonly loaders: readonly Share[];
  readonly companions: readonly Share[];
}

/** The threads of a case: the loading ones first, then their companions. */
export class Crew {
  readonly loaders: number;
  readonly companions: number;
  /** Of a loading thread. */
  readonly iterationsPerBatch: number;
  readonly #starts: ThreadStarts;
  readonly #plan: ThreadPlan;
  readonly #team: Team;
  readonly #iterations: Readonly<Record<keyof ThreadStarts, number>>;

  /** Throws a StepFailure where a program cannot be set up or run. */
  constructor(starts: ThreadStarts, plan: ThreadPlan, architecture: Architecture) {
    this.loaders = loadersOf(plan.threads, plan.others);
    this.companions = plan.threads - this.loaders;
    this.#starts = starts;
    this.#plan = plan;
    this.#team = new Team(architecture);
    this.#iterations = {
      load: calibrated(starts.load),
      companion: calibrated(starts.companion),
      compute: calibrated(starts.compute),
    };
    this.iterationsPerBatch = this.#iterations.load;
  }

  /**
   * All threads for so many milliseconds, in fresh placements; the loading threads load, or compute. `around` runs what is to be kept,
   * the warm-up left out. Throws a StepFailure, or a StaleCodeError where code ran that had not been loaded.
   */
  window(
    kind: 'load' | 'compute',
    milliseconds: number,
    around: <T>(run: () => T) => T = (run) => run(),
  ): Window {
    return this.#withMembers(kind, this.#iterations[kind], (members) => {
      this.#team.run(members, warmUp * nsPerMs);
      const shares = around(() => this.#team.run(members, milliseconds * nsPerMs));
      for (const { batch } of shares)
        if (batch.stale > 0) throw new StaleCodeError(batch.stale, batch.executed);
      return { loaders: shares.slice(0, this.loaders), companions: shares.slice(this.loaders) };
    });
  }

  /** One batch of each thread, whose loading threads' programs were compiled for latency, and what `read` makes of these. */
  traced<T>(iterations: number, read: (program: NativeProgram, share: Share) => T): T[] {
    return this.#withMembers('load', iterations, (members) => {
      const shares = this.#team.run(members, 0);
      return members
        .slice(0, this.loaders)
        .map(({ program }, index) => read(program, shares[index] as Share));
    });
  }

  #withMembers<T>(kind: 'load' | 'compute', iterations: number, use: (members: Member[]) => T): T {
    const members: Member[] = [];
    try {
      for (let thread = 0; thread < this.#plan.threads; thread++) {
        const isLoader = thread < this.loaders;
        members.push({
          program: this.#starts[isLoader ? kind : 'companion'](),
          iterations: isLoader ? iterations : this.#iterations.companion,
          cpu: this.#plan.cpus[thread % this.#plan.cpus.length] ?? 0,
        });
      }
      return use(members);
    } finally {
      for (const { program } of members) program.close();
    }
  }
}

type Member = Parameters<Team['run']>[0][number];

/** Iterations of a batch, found on this thread alone. */
function calibrated(start: () => NativeProgram): number {
  const program = start();
  try {
    return calibrate(program, batchLength);
  } finally {
    program.close();
  }
}
