import type { Random } from '../../../statistics/random.ts';

/** The samples of several forks. */
export interface Pool {
  /** All of them in ascending order. */
  readonly samples: Float64Array;
  /** Where those of each fork are among all. */
  readonly places: readonly (readonly number[])[];
}

/** Puts the samples of forks together. Forks without samples are passed over. */
export function poolOf(forks: readonly (readonly number[])[]): Pool {
  const measured = forks.filter((samples) => samples.length > 0);
  const tagged = measured.flatMap((samples, fork) => samples.map((sample) => ({ sample, fork })));
  tagged.sort((a, b) => a.sample - b.sample);
  const places = measured.map((): number[] => []);
  for (const [place, { fork }] of tagged.entries()) places[fork]?.push(place);
  return { samples: Float64Array.from(tagged, ({ sample }) => sample), places };
}

/**
 * Draws as many forks with replacement as there are, and in each as many samples with replacement as it has. The drawn
 * samples come in ascending order, because how often each is drawn is counted by its place.
 */
export function resample({ samples, places }: Pool, random: Random): Float64Array {
  const counts = new Uint32Array(samples.length);
  let total = 0;
  for (let draw = 0; draw < places.length; draw++) {
    const fork = places[random.integer(places.length)] as readonly number[];
    for (let drawn = 0; drawn < fork.length; drawn++) {
      const place = fork[random.integer(fork.length)] as number;
      counts[place] = (counts[place] as number) + 1;
    }
    total += fork.length;
  }
  return repeated(samples, counts, total);
}

/** Every value as often as it is counted. */
function repeated(values: Float64Array, counts: Uint32Array, total: number): Float64Array {
  const result = new Float64Array(total);
  let filled = 0;
  for (let place = 0; place < values.length; place++) {
    const end = filled + (counts[place] as number);
    while (filled < end) result[filled++] = values[place] as number;
  }
  return result;
}
