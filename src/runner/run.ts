import { watchHost } from '../doctor/examine.ts';
import { parsePolicies } from '../policies/policy.ts';
import type { ResultDocument } from '../results/document.ts';
import { articleStrategies } from '../strategies/catalogue.ts';
import { isOfKind, MapbenchError, RequestError } from '../system/errors.ts';
import { hostFacts, hostFactsFrom } from '../system/host.ts';
import { version } from '../system/version.ts';
import type { Target } from '../target/target.ts';
import { documentOf } from './document.ts';
import { Forks } from './forks.ts';
import type { Case, RunOptions } from './plan.ts';
import { inOptions, planRun, type RunRequest } from './request.ts';
import { selectStrategies } from './select.ts';
import {
  type CaseState,
  type InstrumentedReports,
  type InstrumentKind,
  type Instruments,
  runInstrumented,
  runSession,
  type SessionEvents,
} from './session.ts';
import type { MeasureOptions } from './user/api.ts';
import { checkOptions } from './user/options.ts';

/** What a run tells while it measures. */
export interface RunEvents extends Pick<SessionEvents, 'onFork' | 'onForkEnd'> {
  /**
   * After every round. `soFar` makes the document of what was measured: it takes a second of many cases and
   * forks.
   */
  readonly onRound?: (soFar: () => ResultDocument) => void;
  readonly onInstrument?: (each: Case, kind: InstrumentKind) => void;
}

/**
 * Measures cases, then those that can be measured with the instruments that are asked for. Rejects with a
 * MapbenchError where events cannot be counted that are; never for what happens in a child. Once `signal` is
 * aborted it resolves with what was measured so far.
 */
export async function runCases(
  cases: readonly Case[],
  options: RunOptions,
  instruments: Instruments,
  signal: AbortSignal,
  events: RunEvents = {},
  target?: Target,
): Promise<ResultDocument> {
  const host = target === undefined ? hostFacts() : hostFactsFrom(target.facts);
  const about = { version: version(), createdAt: new Date(), host };
  // Of a target nobody has asked.
  const findings = target === undefined ? watchHost() : () => [];
  const describe = (
    states: readonly CaseState[],
    interrupted: boolean,
    instrumented?: ReadonlyMap<string, InstrumentedReports>,
  ) => documentOf(states, options, { ...about, interrupted, elapsed, findings: findings() }, instrumented);
  using forks = new Forks({ cpu: options.cpu, target });
  await requireEvents(forks, instruments, options.cpu, signal);
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

/** Before minutes are spent on measuring. */
async function requireEvents(
  forks: Forks,
  { events }: Instruments,
  cpu: number,
  signal: AbortSignal,
): Promise<void> {
  if (events.length === 0) return;
  const outcome = await forks.run({ kind: 'open events', cases: [], events }, { cpu, signal });
  if (signal.aborted) return;
  if (outcome.kind === 'unavailable') throw new MapbenchError('unavailable', outcome.reason);
  if (outcome.kind === 'failed') throw new RequestError(outcome.reason);
}

/** Makes something when it is first asked for, and keeps it. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/**
 * Measures what the options say, as `mapbench run` does. Rejects with a RequestError, one sentence, for wrong
 * options.
 */
export async function measureStrategies(options: MeasureOptions): Promise<ResultDocument> {
  checkOptions(options);
  const { strategies = articleStrategies, onRound, signal = new AbortController().signal } = options;
  const known = await selectStrategies([strategies].flat());
  const {
    cases,
    options: planned,
    instruments,
  } = inSentence(() => planRun(known, requestOf(options), inOptions));
  return runCases(cases, planned, instruments, signal, {
    ...(onRound && { onRound: (soFar) => onRound(soFar()) }),
  });
}

function requestOf({ pages, threads, processes, policy, event, ...options }: MeasureOptions): RunRequest {
  const list = (numbers: number | readonly number[] | undefined) =>
    numbers === undefined ? undefined : [...new Set([numbers].flat())];
  return {
    ...options,
    pages: list(pages),
    threads: list(threads),
    processes: list(processes),
    event: event === undefined ? undefined : [...new Set([event].flat())],
    policy: policy && policyOf(policy),
  };
}

/** Policies in their shortest text. */
function policyOf(given: string): string {
  try {
    return parsePolicies(given)
      .map(({ text }) => text)
      .join(',');
  } catch (error) {
    if (!isOfKind(error, 'usage')) throw error;
    const [first = '', ...rest] = error.message;
    throw new RequestError(`policy: ${first.toLowerCase()}${rest.join('')}`);
  }
}

/** Says whose options were wrong. */
function inSentence<T>(plan: () => T): T {
  try {
    return plan();
  } catch (error) {
    throw isOfKind(error, 'usage') ? new RequestError(`run(): ${error.message}`) : error;
  }
}
