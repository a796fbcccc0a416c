import { allowedCpus } from '../system/affinity.ts';
import { UsageError } from './exit-codes.ts';

/** The CPU to measure on: the one asked for, or the last allowed one, since interrupts favour the first. */
export function chooseCpu(wanted?: number): number {
  const allowed = allowedCpus();
  const last = allowed.at(-1) ?? 0;
  if (wanted === undefined) return last;
  if (allowed.includes(wanted)) return wanted;
  const nearest = allowed.reduce((a, b) => (Math.abs(b - wanted) < Math.abs(a - wanted) ? b : a), last);
  throw new UsageError(
    `--cpu ${wanted}: this process may run on CPU ${allowed.join(', ')}; the nearest is ${nearest}`,
  );
}
