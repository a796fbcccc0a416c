import type { Outcome } from './message.ts';

/**
 * Processes whose least is a fork where instructions are counted: where the kernel maps the first one, a
 * table of pages may end within the module, and that takes some per cent more.
 */
export const countedProcesses = 3;

/**
 * Jobs of one case that counted instructions as one outcome, with the least of the samples in place of them:
 * what a sample has beyond that is other work of the kernel's. The counts themselves do not vary. What was
 * not measured is the outcome of all.
 */
export function leastOf([first, ...others]: readonly [Outcome, ...Outcome[]]): Outcome {
  switch (first.kind) {
    case 'measured': {
      const forks = [...first.forks];
      for (const each of others) {
        if (each.kind !== 'measured') return each;
        for (const [index, fork] of each.forks.entries()) {
          const before = forks[index];
          if (before === undefined) continue;
          const measuredTime = before.measuredTime + fork.measuredTime;
          forks[index] = { ...before, samples: [...before.samples, ...fork.samples], measuredTime };
        }
      }
      return { ...first, forks: forks.map((fork) => ({ ...fork, samples: least(fork.samples) })) };
    }
    case 'phases': {
      const { report } = first;
      const [steps, reading, plain] = [report.steps.map(least), least(report.reading), least(report.plain)];
      return { ...first, report: { ...report, steps, reading, plain } };
    }
    default:
      return first;
  }
}

function least(samples: readonly number[]): number[] {
  return samples.length === 0 ? [] : [samples.reduce((a, b) => Math.min(a, b))];
}
