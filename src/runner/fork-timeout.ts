import { RequestError } from './request-error.ts';

/**
 * The limit for one fork, from seconds to milliseconds; undefined where none is asked for. `time` is the samples' share
 * of it in milliseconds, `name` how the user spells the limit. Throws a RequestError for a limit that no fork can keep.
 */
export function forkTimeoutOf(seconds: number | undefined, time: number, name: string): number | undefined {
  if (seconds === undefined) return undefined;
  const limit = seconds * 1000;
  if (limit > time) return limit;
  const least = Math.floor(time / 1000) + 1;
  throw new RequestError(
    `${name} ${seconds}: the samples of a fork alone take ${time} ms; the nearest is ${least}`,
  );
}
