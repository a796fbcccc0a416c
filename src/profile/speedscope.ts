import { type Profile, samplesOf } from './stack.ts';

/** The parts of speedscope's file format that sampled profiles need (speedscope's file-format-spec). */
export interface SpeedscopeFile {
  readonly $schema: 'https://www.speedscope.app/file-format-schema.json';
  readonly exporter: string;
  readonly name: string;
  readonly activeProfileIndex: number;
  readonly shared: { readonly frames: readonly { readonly name: string }[] };
  readonly profiles: readonly {
    readonly type: 'sampled';
    readonly name: string;
    readonly unit: 'nanoseconds';
    readonly startValue: number;
    readonly endValue: number;
    readonly samples: readonly (readonly number[])[];
    readonly weights: readonly number[];
  }[];
}

/** Profiles for speedscope.app, one a strategy. Weights are nanoseconds an iteration. */
export function speedscopeOf(profiles: readonly Profile[], exporter: string): SpeedscopeFile {
  const indexes = new Map<string, number>();
  const indexOf = (name: string) => {
    const index = indexes.get(name) ?? indexes.size;
    indexes.set(name, index);
    return index;
  };
  const written = profiles.map((profile) => {
    const perSample = profile.perIteration / Math.max(1, samplesOf(profile));
    return {
      type: 'sampled' as const,
      name: profile.strategy,
      unit: 'nanoseconds' as const,
      startValue: 0,
      endValue: samplesOf(profile) * perSample,
      samples: profile.stacks.map(({ frames }) => frames.map(indexOf)),
      weights: profile.stacks.map(({ samples }) => samples * perSample),
    };
  });
  return {
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    exporter,
    name: profiles.map(({ strategy }) => strategy).join(', '),
    activeProfileIndex: 0,
    shared: { frames: [...indexes.keys()].map((name) => ({ name })) },
    profiles: written,
  };
}
