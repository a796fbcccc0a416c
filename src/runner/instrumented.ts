import { createRandom } from '../statistics/random.ts';
import type { Case, RunOptions } from './case.ts';
import type { Forks } from './forks.ts';
import type { InstrumentedJob, LatencyReport, PhasesReport } from './message.ts';

/** What the instrumented forks of a case said, if they were asked for. */
export interface InstrumentedReports {
  readonly phases: PhasesReport[];
  readonly latency: LatencyReport[];
}

/** Which instrumented forks are asked for. */
export interface Instruments {
  readonly phases: boolean;
  readonly latency: boolean;
}

/** Instrumented forks of a case, of each kind. They explain; what is compared comes from the others. */
const instrumentedForks = 5;

/**
 * Measures cases again with loops that read the cycle counter, in forks of their own and in rounds as the session's.
 * Cases of the ffi engine have no such loop and are left out. A fork that breaks is left out; never rejects.
 */
export async function runInstrumented(
  forks: Forks,
  cases: readonly Case[],
  instruments: Instruments,
  { timePerFork, cpu, seed, forkTimeoutMs }: RunOptions,
  signal: AbortSignal,
  onFork: (each: Case, kind: InstrumentedJob['kind']) => void = () => {},
): Promise<Map<string, InstrumentedReports>> {
  const native = cases.filter(({ engine }) => engine === 'native');
  const reports = new Map(
    native.map(({ id }): [string, InstrumentedReports] => [id, { phases: [], latency: [] }]),
  );
  const kinds = (['phases', 'latency'] as const).filter((kind) => instruments[kind]);
  const random = createRandom(seed);
  for (let round = 0; round < instrumentedForks; round++) {
    for (const kind of kinds) {
      for (const each of random.shuffle(native)) {
        if (signal.aborted) return reports;
        onFork(each, kind);
        const outcome = await forks.run(
          { kind, cases: [each], time: timePerFork },
          { cpu, signal, timeout: forkTimeoutMs },
        );
        const own = reports.get(each.id);
        if (outcome.kind === 'phases') own?.phases.push(outcome.report);
        if (outcome.kind === 'latency') own?.latency.push(outcome.report);
      }
    }
  }
  return reports;
}
