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

/**
 * The kernel's functions in which perf notes mappings that a program makes executable; without perf, they do
 * not run.
 */
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

/** Of the samples in the loop, the fraction that perf itself took, in [0, 1]. */
export function perfFractionOf(profile: Profile): number {
  const own = profile.stacks.filter(({ frames }) => kindOf(frames, frames.length - 1) === 'perf');
  return samplesOf({ ...profile, stacks: own }) / samplesOf(profile);
}

/** A function with what it called, for flame graphs. */
export interface FrameTree {
  readonly name: string;
  readonly kind: FrameKind | 'root';
  /** Nanoseconds an iteration, with what it called. */
  readonly value: number;
  readonly children: readonly FrameTree[];
}

interface Growing {
  readonly name: string;
  readonly kind: FrameKind | 'root';
  samples: number;
  readonly children: Map<string, Growing>;
}

/**
 * All stacks of a profile as one tree under the strategy's name; children by name, as in every flame graph.
 */
export function treeOf(profile: Pick<Profile, 'strategy' | 'stacks' | 'perIteration'>): FrameTree {
  const root: Growing = { name: profile.strategy, kind: 'root', samples: 0, children: new Map() };
  for (const { frames, samples } of profile.stacks) {
    root.samples += samples;
    let node = root;
    for (const [depth, name] of frames.entries()) {
      const child = node.children.get(name) ?? {
        name,
        kind: kindOf(frames, depth),
        samples: 0,
        children: new Map(),
      };
      node.children.set(name, child);
      child.samples += samples;
      node = child;
    }
  }
  const perSample = profile.perIteration / samplesOf(profile);
  return finished(root, perSample);
}

function finished({ name, kind, samples, children }: Growing, perSample: number): FrameTree {
  const grown = [...children.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    name,
    kind,
    value: samples * perSample,
    children: grown.map((child) => finished(child, perSample)),
  };
}

/** A tree with what another one has more. */
export interface DifferenceTree extends FrameTree {
  /** Nanoseconds an iteration more than in the other one; negative = less. */
  readonly delta: number;
  readonly children: readonly DifferenceTree[];
}

/**
 * `to` with what each function takes more than in `from`. What only `from` has is there with a value of 0, so
 * that nothing that is gone goes unseen in lists; a flame graph has no room to draw it.
 */
export function differenceOf(from: FrameTree | undefined, to: FrameTree): DifferenceTree {
  const before = new Map(from?.children.map((child) => [child.name, child]));
  const names = new Set(to.children.map(({ name }) => name));
  const gone = [...before.values()].filter(({ name }) => !names.has(name));
  return {
    ...to,
    delta: to.value - (from?.value ?? 0),
    children: [
      ...to.children.map((child) => differenceOf(before.get(child.name), child)),
      ...gone.map((child) => differenceOf(child, emptied(child))),
    ],
  };
}

function emptied(tree: FrameTree): FrameTree {
  return { ...tree, value: 0, children: [] };
}
