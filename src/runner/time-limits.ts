import { RequestError } from './request-error.ts';

/** As users give them, in seconds. */
interface GivenLimits {
  readonly maxTime?: number | undefined;
  readonly forkTimeout?: number | undefined;
}

/** As runs keep them. */
export interface TimeLimits {
  /** Milliseconds after which no further round is begun for the precision's sake. */
  readonly maxTimeMs?: number;
  /** Milliseconds after which a fork counts as hung and is killed; by default ample. */
  readonly forkTimeoutMs?: number;
}

/**
 * The limits in milliseconds. `time` is the samples' share of a fork in milliseconds, `name` how the user spells the limit of
 * one. Throws a RequestError for a limit that no fork can keep.
 */
export function timeLimits({ maxTime, forkTimeout }: GivenLimits, time: number, name: string): TimeLimits {
  if (forkTimeout !== undefined && forkTimeout * 1000 <= time)
    throw new RequestError(
      `${name} ${forkTimeout}: the samples of a fork alone take ${time} ms; the nearest is ${Math.floor(time / 1000) + 1}`,
    );
  return {
    ...(maxTime !== undefined && { maxTimeMs: maxTime * 1000 }),
    ...(forkTimeout !== undefined && { forkTimeoutMs: forkTimeout * 1000 }),
  };
}
