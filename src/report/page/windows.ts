import type { MeasuredCase } from '../../results/document.ts';
import type { ShownCase } from './input.ts';

/** A case and how long its code can be written. Times in nanoseconds of an iteration. */
export interface WindowedCase {
  readonly key: string;
  readonly name: string;
  readonly wx: MeasuredCase['wx'];
  readonly time: number;
  readonly window: number;
  /** Where it can be run meanwhile, in words. */
  readonly executable: string;
}

const meanwhile = {
  'same mapping': 'through the same mapping',
  alias: 'through an alias',
  no: 'no',
} as const;

/** The cases whose window is known; what noise made less than nothing is 0. */
export function windowedCases(cases: readonly ShownCase[]): WindowedCase[] {
  return cases.flatMap(({ key, name, result: { wx, estimate, phases } }) => {
    if (phases === undefined || estimate.point <= 0) return [];
    const { nanoseconds, executable } = phases.writeWindow;
    const window = Math.max(0, nanoseconds);
    const run = window === 0 ? 'never writable' : meanwhile[executable];
    return [{ key, name, wx, time: estimate.point, window, executable: run }];
  });
}
