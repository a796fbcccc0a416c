import { RequestError } from '../system/errors.ts';
import { openTarget } from '../target/named.ts';
import type { Metric } from '../target/names.ts';
import type { Target } from '../target/target.ts';

/** The options that say where is measured and what. */
export interface TargetArguments {
  readonly target?: string;
  readonly metric?: Metric;
}

/**
 * The target that is asked for; undefined for this machine. Rejects as `openTarget`, and with a RequestError
 * for a metric that this machine does not have.
 */
export async function targetOf(
  { target, metric }: TargetArguments,
  signal: AbortSignal,
): Promise<Target | undefined> {
  if (target !== undefined) return openTarget(target, metric, signal);
  if (metric === 'instructions')
    throw new RequestError(
      '--metric instructions needs --target kernel=<image>: they are counted by emulating the kernel, too',
    );
  return undefined;
}
