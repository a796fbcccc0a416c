import { allowedCpus } from '../system/affinity.ts';
import { RequestError } from './request-error.ts';

/**
 * The CPU to measure on: the one asked for, or the last allowed one, since interrupts favour the first.
 * Throws a RequestError for one that is not allowed; `name` is what the user asked with.
 */
export function chooseCpu(wanted?: number, name = '--cpu'): number {
  const allowed = allowedCpus();
  const last = allowed.at(-1) ?? 0;
  if (wanted === undefined) return last;
  if (allowed.includes(wanted)) return wanted;
  const nearest = allowed.reduce((a, b) => (Math.abs(b - wanted) < Math.abs(a - wanted) ? b : a), last);
  throw new RequestError(
    `${name} ${wanted}: this process may run on CPU ${allowed.join(', ')}; the nearest is ${nearest}`,
  );
}
