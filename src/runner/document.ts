import type { CaseResult, ForkResult, ResultDocument } from '../results/document.ts';
import { estimateOf } from '../statistics/estimate.ts';
import type { Host } from '../system/host.ts';
import type { RunOptions } from './case.ts';
import type { ForkReport } from './message.ts';
import type { CaseState } from './session.ts';

/** The result document of a session, whole or interrupted. */
export function documentOf(
  states: readonly CaseState[],
  options: RunOptions,
  about: { version: string; createdAt: Date; host: Host; interrupted: boolean },
): ResultDocument {
  const { version, createdAt, host, interrupted } = about;
  return {
    schema: 'mapbench/1',
    tool: { name: 'mapbench', version },
    createdAt: createdAt.toISOString(),
    host: { ...host },
    options: { ...options, strategies: [...options.strategies], pages: [...options.pages] },
    ...(interrupted && { interrupted }),
    cases: states
      .filter(({ forks, ended }) => forks.length > 0 || ended !== undefined)
      .map((state) => resultOf(state, options.seed)),
  };
}

function resultOf({ case: measured, forks, ended }: CaseState, seed: number): CaseResult {
  const common = { ...measured, forks: forks.map(forkResult) };
  if (ended !== undefined) return { ...common, ...ended };
  const estimate = estimateOf(
    forks.map(({ samples }) => samples),
    { seed },
  );
  return {
    ...common,
    status: 'measured',
    estimate: { unit: 'ns/iter', ...estimate },
    counters: countersOf(forks),
  };
}

function forkResult({ pid, cpu, iterationsPerSample, samples, addresses }: ForkReport): ForkResult {
  return { pid, cpu, iterationsPerSample, samples: [...samples], addresses: { ...addresses } };
}

function countersOf(forks: readonly ForkReport[]) {
  const sum = (of: (fork: ForkReport) => number) => forks.reduce((total, fork) => total + of(fork), 0);
  const iterations = sum((fork) => fork.iterations);
  return {
    minorFaultsPerIteration: sum((fork) => fork.minorFaults) / iterations,
    majorFaultsPerIteration: sum((fork) => fork.majorFaults) / iterations,
  };
}
