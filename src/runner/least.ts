import type { Outcome } from './message.ts';

/**
 * A fork that counted instructions, with the least of its samples in place of them: what a sample has beyond
 * that is other work of the kernel's. The counts themselves do not vary.
 */
export function leastOf(outcome: Outcome): Outcome {
  switch (outcome.kind) {
    case 'measured':
      return { ...outcome, forks: outcome.forks.map((fork) => ({ ...fork, samples: least(fork.samples) })) };
    case 'phases': {
      const { report } = outcome;
      const [steps, reading, plain] = [report.steps.map(least), least(report.reading), least(report.plain)];
      return { ...outcome, report: { ...report, steps, reading, plain } };
    }
    default:
      return outcome;
  }
}

function least(samples: readonly number[]): number[] {
  return samples.length === 0 ? [] : [samples.reduce((a, b) => Math.min(a, b))];
}
