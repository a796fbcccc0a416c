import type { MeasuredCase, ResultDocument } from '../../src/results/document.ts';
import { createRandom } from '../../src/statistics/random.ts';
import { documentOf, forkOf, measured } from '../results/sample-document.ts';

/** A document of simulated forks: a strategy's time in nanoseconds, all forks spreading by a fraction. */
export function simulated(
  times: Readonly<Record<string, number>>,
  { seed, forks = 20, spread = 0.01 }: { seed: number; forks?: number; spread?: number },
): ResultDocument {
  const random = createRandom(seed);
  const around = (time: number) =>
    time * (1 + spread * (random.next() + random.next() + random.next() - 1.5));
  const caseOf = (strategy: string, time: number): MeasuredCase =>
    measured(strategy, [time, time, time], {
      forks: Array.from({ length: forks }, (_, pid) =>
        forkOf([around(time), around(time), around(time)], pid),
      ),
    });
  return documentOf(Object.entries(times).map(([strategy, time]) => caseOf(strategy, time)));
}
