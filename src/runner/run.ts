import { randomInt } from 'node:crypto';
import { watchHost } from '../doctor/examine.ts';
import type { ResultDocument } from '../results/document.ts';
import { articleStrategies } from '../strategies/catalogue.ts';
import { RequestError } from '../system/errors.ts';
import { hostFacts } from '../system/host.ts';
import { pageSize } from '../system/memory.ts';
import { version } from '../system/version.ts';
import { findWorkload } from '../workloads/catalogue.ts';
import { documentOf } from './document.ts';
import { Forks } from './forks.ts';
import type { InstrumentedJob } from './message.ts';
import { type Case, type CaseOptions, parametersOf, planCases, type RunOptions, sizesOf } from './plan.ts';
import { effort } from './presets.ts';
import { checkOptions, chooseCpu, timeLimits } from './request.ts';
import { selectStrategies } from './select.ts';
import {
  type CaseState,
  type InstrumentedReports,
  type Instruments,
  runInstrumented,
  runSession,
  type SessionEvents,
} from './session.ts';
import type { MeasureOptions } from './user/api.ts';

/** What a run tells while it measures. */
export interface RunEvents extends Pick<SessionEvents, 'onFork' | 'onForkEnd'> {
  /** After every round. `soFar` makes the document of what was measured: it takes a second of many cases and forks. */
  readonly onRound?: (soFar: () => ResultDocument) => void;
  readonly onInstrument?: (each: Case, kind: InstrumentedJob['kind']) => void;
}

/**
 * Measures cases, then those that can be measured with the instruments that are asked for. Never rejects for what happens
 * in a child. Once `signal` is aborted it resolves with what was measured so far.
 */
export async function runCases(
  cases: readonly Case[],
  options: RunOptions,
  instruments: Instruments,
  signal: AbortSignal,
  events: RunEvents = {},
): Promise<ResultDocument> {
  const about = { version: version(), createdAt: new Date(), host: hostFacts() };
  const findings = watchHost();
  const describe = (
    states: readonly CaseState[],
    interrupted: boolean,
    instrumented?: ReadonlyMap<string, InstrumentedReports>,
  ) => documentOf(states, options, { ...about, interrupted, elapsed, findings: findings() }, instrumented);
  using forks = new Forks({ cpu: options.cpu });
  const startedAt = performance.now();
  let elapsed = 0;
  const states = await runSession(forks, cases, options, signal, {
    ...(events.onFork && { onFork: events.onFork }),
    ...(events.onForkEnd && { onForkEnd: events.onForkEnd }),
    onRound: (soFar) => {
      elapsed = performance.now() - startedAt;
      events.onRound?.(once(() => describe(soFar, false)));
    },
  });
  elapsed = performance.now() - startedAt;
  const measurable = states.filter(({ ended }) => ended === undefined).map((state) => state.case);
  const instrumented = await runInstrumented(
    forks,
    measurable,
    instruments,
    options,
    signal,
    events.onInstrument,
  );
  return describe(states, signal.aborted, instrumented);
}

/** Makes something when it is first asked for, and keeps it. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** Measures what the options say, as `mapbench run` does. Rejects with a RequestError, one sentence, for wrong options. */
export async function measureStrategies(options: MeasureOptions): Promise<ResultDocument> {
  checkOptions(options);
  const { strategies = articleStrategies, phases = false, latency = false, onRound } = options;
  const known = await selectStrategies([strategies].flat());
  const caseOptions = caseOptionsOf(options);
  const { forks = effort.default.forks, time = effort.default.time, precision, maxTime = 300 } = options;
  const limits = { maxTime: precision === undefined ? undefined : maxTime, forkTimeout: options.forkTimeout };
  return runCases(
    planCases(known, caseOptions, pageSize()),
    {
      ...caseOptions,
      strategies: known.map(({ strategy }) => strategy.name),
      pages: sizesOf(caseOptions),
      forks,
      timePerFork: time,
      ...(precision !== undefined && { precision }),
      ...timeLimits(limits, time, 'run(): forkTimeout'),
      seed: options.seed ?? randomInt(2 ** 32),
      cpu: chooseCpu(options.cpu, 'run(): cpu'),
    },
    { phases, latency },
    options.signal ?? new AbortController().signal,
    { ...(onRound && { onRound: (soFar) => onRound(soFar()) }) },
  );
}

function caseOptionsOf(options: MeasureOptions): CaseOptions {
  const { engine = 'native', layout = 'guarded', workload = 'ret', calls, patches, modules } = options;
  if (engine === 'ffi' && findWorkload(workload)?.life.kind !== 'resident')
    throw new RequestError(`run(): the workload ${workload} needs the engine native`);
  const pages = options.pages === undefined ? undefined : [...new Set([options.pages].flat())];
  return { pages, engine, layout, workload, parameters: parametersOf(workload, { calls, patches, modules }) };
}
