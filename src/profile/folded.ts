import { kindOf, type Profile } from './stack.ts';

/** Suffixes that flame graph programs colour by, as stackcollapse-perf.pl writes them with --all. */
const annotations = { step: '_[j]', kernel: '_[k]', perf: '_[k]' } as const;

/**
 * Profiles as folded stacks, a line each: the strategy and its frames with semicolons between them, and the samples. This is
 * what Brendan Gregg's flamegraph.pl, inferno and speedscope read.
 */
export function foldedOf(profiles: readonly Profile[]): string {
  return profiles
    .flatMap((profile) =>
      profile.stacks.map(({ frames, samples }) => {
        const names = frames.map((name, depth) => plain(name) + annotations[kindOf(frames, depth)]);
        return `${[plain(profile.strategy), ...names].join(';')} ${samples}\n`;
      }),
    )
    .join('');
}

/** A name without the signs that part frames and lines. */
const plain = (name: string) => name.replaceAll(/[;\s]+/g, '_');
