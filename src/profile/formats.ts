import { parseJson } from '../results/parse.ts';
import { DocumentError } from '../system/errors.ts';
import { z } from '../vendor/zod.ts';
import { type FrameTree, kindOf, type Profile, samplesOf, treeOf } from './tree.ts';

/** Suffixes that flame graph programs colour by, as stackcollapse-perf.pl writes them with --all. */
const annotations = { step: '_[j]', kernel: '_[k]', perf: '_[k]' } as const;

/**
 * Profiles as folded stacks, a line each: the strategy and its frames with semicolons between them, and the
 * samples. This is what Brendan Gregg's flamegraph.pl, inferno and speedscope read.
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

const schema = 'https://www.speedscope.app/file-format-schema.json';

/** The parts of speedscope's file format that sampled profiles need (its file-format-schema.json). */
const speedscopeFile = z.object({
  $schema: z.literal(schema),
  exporter: z.string().optional(),
  name: z.string().optional(),
  activeProfileIndex: z.number().optional(),
  shared: z.object({ frames: z.array(z.object({ name: z.string() })) }),
  profiles: z.array(
    z.object({
      type: z.literal('sampled'),
      name: z.string(),
      unit: z.literal('nanoseconds'),
      startValue: z.number(),
      endValue: z.number(),
      samples: z.array(z.array(z.int().nonnegative())),
      weights: z.array(z.number().nonnegative()),
    }),
  ),
});

export type SpeedscopeFile = z.infer<typeof speedscopeFile>;

/** Profiles for speedscope.app, one a strategy. Weights are nanoseconds an iteration. */
export function speedscopeOf(profiles: readonly Profile[], exporter: string): SpeedscopeFile {
  const indexes = new Map<string, number>();
  const indexOf = (name: string) => {
    const index = indexes.get(name) ?? indexes.size;
    indexes.set(name, index);
    return index;
  };
  const written = profiles.map((profile) => {
    const perSample = profile.perIteration / samplesOf(profile);
    return {
      type: 'sampled' as const,
      name: `${profile.strategy}, ${profile.pages} ${profile.pages === 1 ? 'page' : 'pages'}`,
      unit: 'nanoseconds' as const,
      startValue: 0,
      endValue: samplesOf(profile) * perSample,
      samples: profile.stacks.map(({ frames }) => frames.map(indexOf)),
      weights: profile.stacks.map(({ samples }) => samples * perSample),
    };
  });
  return {
    $schema: schema,
    exporter,
    name: profiles.map(({ strategy }) => strategy).join(', '),
    activeProfileIndex: 0,
    shared: { frames: [...indexes.keys()].map((name) => ({ name })) },
    profiles: written,
  };
}

/**
 * The trees of profiles that mapbench has written for speedscope. Throws a DocumentError for anything else.
 */
export function treesOfSpeedscope(text: string, name: string): FrameTree[] {
  const { success, data } = speedscopeFile.safeParse(parseJson(text, name));
  if (!success || data.profiles.length === 0)
    throw new DocumentError(name, 'is no profile; mapbench profile -o x.speedscope.json writes one');
  const nameOf = (index: number) => {
    const frame = data.shared.frames[index];
    if (frame === undefined) throw new DocumentError(name, `is damaged: there is no frame ${index}`);
    return frame.name;
  };
  return data.profiles.map((profile) => {
    const stacks = profile.samples.map((indexes, at) => ({
      frames: indexes.map(nameOf),
      samples: profile.weights[at] ?? 0,
    }));
    const perIteration = stacks.reduce((sum, { samples }) => sum + samples, 0);
    return treeOf({ strategy: profile.name, stacks, perIteration });
  });
}
