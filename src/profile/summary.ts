import { kindOf, type Profile, samplesOf } from './tree.ts';

/** What one step of the iteration costs, by the kernel's functions. */
export interface StepSummary {
  readonly step: string;
  /** Of all samples in the loop, in [0, 1]. */
  readonly fraction: number;
  /** Nanoseconds an iteration. */
  readonly time: number;
  /** Of the step's samples, the fraction in the kernel, perf's own left out; in [0, 1]. */
  readonly kernelFraction: number;
  /** The kernel's functions in which the processor was found most, perf's own left out; the most first. */
  readonly functions: readonly FunctionSummary[];
  /**
   * The calls that lead to most of its time in the kernel, outermost first; each takes half of the one before
   * or more.
   */
  readonly path: readonly string[];
}

/** A function of the kernel. */
interface FunctionSummary {
  readonly name: string;
  /** Of all samples in the loop: those in the function itself, without what it calls, in [0, 1]. */
  readonly fraction: number;
}

/** The steps of a profile, the most expensive first, each with at most `most` functions. */
export function summaryOf(profile: Profile, most: number): StepSummary[] {
  const all = samplesOf(profile);
  const steps = new Map<string, Profile['stacks'][number][]>();
  for (const stack of profile.stacks) {
    const step = stack.frames[0] ?? '';
    steps.set(step, [...(steps.get(step) ?? []), stack]);
  }
  return [...steps]
    .map(([step, stacks]) => {
      const samples = sumOf(stacks);
      const kernel = stacks.filter(({ frames }) => kindOf(frames, frames.length - 1) === 'kernel');
      return {
        step,
        fraction: samples / all,
        time: (samples / all) * profile.perIteration,
        kernelFraction: sumOf(kernel) / samples,
        functions: innermost(kernel)
          .slice(0, most)
          .map(([name, count]) => ({ name, fraction: count / all })),
        path: dominantPath(kernel),
      };
    })
    .sort((a, b) => b.fraction - a.fraction);
}

const sumOf = (stacks: Profile['stacks']) => stacks.reduce((sum, { samples }) => sum + samples, 0);

/** The functions at the ends of stacks, the most frequent first. */
function innermost(stacks: Profile['stacks']): [string, number][] {
  const counts = new Map<string, number>();
  for (const { frames, samples } of stacks) {
    const name = frames.at(-1) ?? '';
    counts.set(name, (counts.get(name) ?? 0) + samples);
  }
  return [...counts].sort((a, b) => b[1] - a[1]);
}

/** The frames below the step of which each takes half of the one before or more. */
function dominantPath(stacks: Profile['stacks'], depth = 1): string[] {
  const byName = new Map<string, Profile['stacks'][number][]>();
  for (const stack of stacks) {
    const name = stack.frames[depth];
    if (name !== undefined) byName.set(name, [...(byName.get(name) ?? []), stack]);
  }
  const [most] = [...byName].sort((a, b) => sumOf(b[1]) - sumOf(a[1]));
  if (most === undefined || sumOf(most[1]) * 2 < sumOf(stacks)) return [];
  return [most[0], ...dominantPath(most[1], depth + 1)];
}
