/** Whose code a frame is: a step of the iteration, the kernel's, or perf's own doing within the kernel. */
export type FrameKind = 'step' | 'kernel' | 'perf';

/** Calls from the step of the iteration down to where the processor was, and how often it was found there. */
export interface Stack {
  /** The step first: `mprotect`, `entry_SYSCALL_64`, `do_mprotect_pkey`. */
  readonly frames: readonly string[];
  readonly samples: number;
}

/** What perf saw of one strategy's loop. */
export interface Profile {
  readonly strategy: string;
  /** Of the module. */
  readonly pages: number;
  /** What perf sampled by, as `cpu-clock`. */
  readonly event: string;
  readonly stacks: readonly Stack[];
  /** Samples outside the loop: the process's start, the setup. They are in no stack. */
  readonly otherSamples: number;
  /** Nanoseconds an iteration while perf looked on, which costs time itself. */
  readonly perIteration: number;
}

/** The kernel's functions in which perf notes mappings that a program makes executable; without perf, they do not run. */
const perfFunctions = /^(__)?perf_(event|iterate|output|addr|install|sw|pmu|ctx|log)_/;

/** Whose code the frame at `depth` of a stack is; what perf's own functions call is perf's. */
export function kindOf(frames: readonly string[], depth: number): FrameKind {
  if (depth === 0) return 'step';
  return frames.slice(1, depth + 1).some((name) => perfFunctions.test(name)) ? 'perf' : 'kernel';
}

/** Samples in the loop. */
export function samplesOf({ stacks }: Pick<Profile, 'stacks'>): number {
  return stacks.reduce((sum, { samples }) => sum + samples, 0);
}

/** Of the samples in the loop, the share that perf itself took, in [0, 1]. */
export function perfShareOf(profile: Profile): number {
  const own = profile.stacks.filter(({ frames }) => kindOf(frames, frames.length - 1) === 'perf');
  return samplesOf({ ...profile, stacks: own }) / samplesOf(profile);
}
