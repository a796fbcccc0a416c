import { RequestError } from '../system/errors.ts';
import { kernelWay } from './kernel.ts';
import { type Metric, targetForms } from './names.ts';
import { commandWay, sshWay, userModeWay } from './remote.ts';
import { Target, type Way } from './target.ts';

/**
 * The way to a target by its name on the command line. Throws a RequestError for what is none or cannot tell
 * the metric, before anything is started.
 */
export function wayTo(text: string, metric: Metric | undefined): Way {
  const way = wayNamed(text, metric);
  if (metric !== undefined && way.metric !== metric) throw new RequestError(whyNot(way, metric));
  return way;
}

/** Reaches it. Rejects with an error of kind `unavailable` where it cannot be reached, else as `wayTo`. */
export async function openTarget(
  text: string,
  metric: Metric | undefined,
  signal: AbortSignal,
): Promise<Target> {
  return Target.open(wayTo(text, metric), signal);
}

function wayNamed(text: string, metric: Metric | undefined): Way {
  const [, kind = '', rest = ''] = /^([a-z0-9-]+)[=:]?(.*)$/s.exec(text) ?? [];
  switch (kind) {
    case 'kernel':
      return kernelWay(rest, metric);
    case 'qemu-aarch64':
      return userModeWay(rest === '' ? undefined : rest);
    case 'ssh':
      return sshWay(given(text, rest));
    case 'exec':
      return commandWay(given(text, rest));
    default:
      throw new RequestError(`--target ${text} is no target; it is ${targetForms}`);
  }
}

function given(text: string, rest: string): string {
  if (rest.trim() === '') throw new RequestError(`--target ${text} names nothing; it is ${targetForms}`);
  return rest;
}

function whyNot({ name }: Way, metric: Metric): string {
  return metric === 'instructions'
    ? `--target ${name} cannot count instructions: the kernel has to be emulated, too; name one, as --target kernel=/boot/vmlinuz`
    : `--target ${name} cannot be timed: its processor is emulated; verify and matrix work on it`;
}
