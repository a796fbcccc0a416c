import { randomInt } from 'node:crypto';
import type { CacheMaintenanceMode, EngineName, Layout } from '../program/names.ts';
import { allowedCpus } from '../system/cpus.ts';
import { RequestError } from '../system/errors.ts';
import { pageSize } from '../system/memory.ts';
import type { Target } from '../target/target.ts';
import { findWorkload, takesParameter, type WorkloadName } from '../workloads/catalogue.ts';
import type { Calls } from '../workloads/workload.ts';
import {
  type Case,
  type CaseOptions,
  type KnownStrategy,
  parametersOf,
  planCases,
  type RunOptions,
  sizesOf,
  type TimeLimits,
} from './plan.ts';
import { type BackgroundWork, effort } from './presets.ts';
import type { Instruments } from './session.ts';

/** What cases are made of, as users give it; what is absent has its default. */
export interface CaseRequest {
  readonly pages?: readonly number[] | undefined;
  readonly engine?: EngineName | undefined;
  readonly layout?: Layout | undefined;
  readonly workload?: WorkloadName | undefined;
  readonly calls?: Calls | undefined;
  readonly patches?: number | undefined;
  readonly modules?: number | undefined;
  readonly threads?: readonly number[] | undefined;
  readonly background?: BackgroundWork | undefined;
  /** Another thread runs what is patched. */
  readonly live?: boolean | undefined;
  /** On AArch64. */
  readonly icache?: CacheMaintenanceMode | undefined;
  readonly processes?: readonly number[] | undefined;
  readonly policy?: string | undefined;
}

/** What a run is asked for, by the command line, a configuration or run(). */
export interface RunRequest extends CaseRequest {
  readonly forks?: number | undefined;
  /** Milliseconds of samples in every fork. */
  readonly time?: number | undefined;
  /** As a fraction. */
  readonly precision?: number | undefined;
  /** Seconds. */
  readonly maxTime?: number | undefined;
  /** Seconds. */
  readonly forkTimeout?: number | undefined;
  readonly seed?: number | undefined;
  readonly cpu?: number | undefined;
  readonly phases?: boolean | undefined;
  readonly latency?: boolean | undefined;
  readonly memory?: boolean | undefined;
  /** Events that are counted. */
  readonly event?: readonly string[] | undefined;
}

/** How an option is written where it was asked for, with its value if there is one. */
export type Spelling = (option: keyof RunRequest, value?: unknown) => string;

/** As `--fork-timeout 2`. */
export const onCommandLine: Spelling = (option, value) => {
  const name = option === 'calls' ? 'call' : option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return `--${name}${value === undefined ? '' : ` ${value}`}`;
};

/** As `forkTimeout 2`. */
export const inOptions: Spelling = (option, value) => (value === undefined ? option : `${option} ${value}`);

/** A run that can begin. */
export interface PlannedRun {
  readonly cases: readonly Case[];
  readonly options: RunOptions;
  readonly instruments: Instruments;
}

/**
 * Completes what is asked for, on a target or this machine. Throws a RequestError for what does not go
 * together.
 */
export function planRun(
  strategies: readonly KnownStrategy[],
  request: RunRequest,
  say: Spelling,
  target?: Target,
): PlannedRun {
  const isCounted = target?.metric === 'instructions';
  const standard = isCounted ? effort.counted : effort.default;
  const { forks = standard.forks, time = standard.time, precision, maxTime = 300 } = request;
  const { forkTimeout, phases = false, latency = false, memory = false, event = [] } = request;
  const plan = caseOptionsOf(request, say);
  refuseInstruments(request, say);
  if (target !== undefined) refuseOnTarget(request, target, say);
  const limits = { maxTime: precision === undefined ? undefined : maxTime, forkTimeout };
  return {
    cases: planCases(strategies, plan, target?.facts.pageSize ?? pageSize()),
    options: {
      ...plan,
      strategies: strategies.map(({ strategy }) => strategy.name),
      pages: sizesOf(plan),
      forks,
      timePerFork: time,
      ...(precision !== undefined && { precision }),
      ...timeLimits(limits, time, say),
      seed: request.seed ?? randomInt(2 ** 32),
      cpu: chooseCpu(request.cpu, say, target?.facts.cpus),
      ...(target !== undefined && { target: target.name }),
      ...(isCounted && { metric: 'instructions' as const }),
    },
    instruments: { phases, latency, memory, events: event },
  };
}

/** What is not measured in a process of a target. */
function refuseOnTarget(request: RunRequest, { name, metric }: Target, say: Spelling): void {
  const { engine, threads, processes, event } = request;
  if (metric === 'instructions' && event !== undefined)
    throw new RequestError(`${say('event')} means nothing where an emulated processor is measured`);
  if (processes !== undefined)
    throw new RequestError(`${say('processes')} is for this machine: a target runs one process at a time`);
  if (metric === undefined)
    throw new RequestError(
      `--target ${name} cannot be timed: its processor is emulated; verify and matrix work on it`,
    );
  if (engine === 'ffi')
    throw new RequestError(`${say('engine', 'ffi')} runs in mapbench itself, which is not on the target`);
  if (metric === 'instructions' && threads !== undefined)
    throw new RequestError(`${say('threads')} means nothing where instructions of one CPU are counted`);
}

/** What cases are made of. Throws a RequestError for what does not go together. */
export function caseOptionsOf(request: CaseRequest, say: Spelling): CaseOptions {
  const { engine = 'native', layout = 'guarded', workload = 'ret', pages, policy, icache } = request;
  const { calls, patches, modules } = request;
  for (const name of ['calls', 'patches', 'modules'] as const)
    if (request[name] !== undefined && !takesParameter(workload, name))
      throw new RequestError(`${say(name)} means nothing to ${say('workload', workload)}`);
  if (engine === 'ffi' && findWorkload(workload).life.kind !== 'resident')
    throw new RequestError(
      `${say('workload', workload)} needs ${say('engine', 'native')}: ffi runs one module that stays`,
    );
  return {
    ...{ pages, engine, layout, workload },
    parameters: parametersOf(workload, { calls, patches, modules }),
    ...threadsOf(request, say),
    ...(icache !== undefined && { icache }),
    ...processesOf(request, say),
    ...(policy !== undefined && { policy }),
  };
}

function threadsOf(request: CaseRequest, say: Spelling) {
  const { engine, workload = 'ret', live = false } = request;
  if (live && (request.threads !== undefined || request.background !== undefined))
    throw new RequestError(
      `${say('live')} stands for ${say('threads', '2')} ${say('background', 'run')}; give it alone`,
    );
  const { threads, background } = live ? ({ threads: [2], background: 'run' } as const) : request;
  if (background === 'run' && workload !== 'patch')
    throw new RequestError(
      `${say(live ? 'live' : 'background', live ? undefined : 'run')} needs ${say('workload', 'patch')}: of other modules none is changed while it runs`,
    );
  if (threads === undefined) {
    if (background !== undefined)
      throw new RequestError(
        `${say('background', background)} needs ${say('threads')}, as ${say('threads', '1,2')}`,
      );
    return {};
  }
  if (engine === 'ffi')
    throw new RequestError(`${say('threads')} needs ${say('engine', 'native')}: JavaScript has one thread`);
  if (workload === 'tenancy' || workload === 'cold')
    throw new RequestError(`${say('workload', workload)} runs on one thread; leave ${say('threads')} out`);
  return { threads, background: background ?? 'load' };
}

function processesOf({ processes, threads, live, engine, workload = 'ret' }: CaseRequest, say: Spelling) {
  if (processes === undefined) return {};
  if (threads !== undefined || live)
    throw new RequestError(
      `${say('processes')} and ${say(live ? 'live' : 'threads')} do not go together: measure one after the other`,
    );
  if (engine === 'ffi')
    throw new RequestError(
      `${say('processes')} needs ${say('engine', 'native')}: a process with a Node.js has threads of its own`,
    );
  if (workload === 'tenancy' || workload === 'cold')
    throw new RequestError(`${say('workload', workload)} runs in one process; leave ${say('processes')} out`);
  return { processes };
}

/** Only generated loops can read the cycle counter, and only one thread's steps are timed. */
function refuseInstruments(request: RunRequest, say: Spelling): void {
  const { engine, threads, processes, phases, latency, memory, event } = request;
  for (const [name, isWanted] of Object.entries({ phases, latency, event }))
    if (processes !== undefined && isWanted)
      throw new RequestError(
        `${say(name as 'phases' | 'latency' | 'event')} looks at one process; leave ${say('processes')} out`,
      );
  if (threads !== undefined && phases)
    throw new RequestError(`${say('phases')} looks at one thread; leave ${say('threads')} out`);
  const wanted = phases ? 'phases' : latency ? 'latency' : memory ? 'memory' : event ? 'event' : undefined;
  if (engine === 'ffi' && wanted !== undefined)
    throw new RequestError(
      `${say(wanted)} needs ${say('engine', 'native')}: the ffi engine runs in a process that holds much else, and has no loop of its own`,
    );
}

/**
 * The limits in milliseconds, from seconds. `time` is what the samples of a fork take, in milliseconds.
 * Throws a RequestError for a limit that no fork can keep.
 */
export function timeLimits(
  { maxTime, forkTimeout }: Pick<RunRequest, 'maxTime' | 'forkTimeout'>,
  time: number,
  say: Spelling,
): TimeLimits {
  if (forkTimeout !== undefined && forkTimeout * 1000 <= time)
    throw new RequestError(
      `${say('forkTimeout', forkTimeout)}: the samples of a fork alone take ${time} ms; the nearest is ${Math.floor(time / 1000) + 1}`,
    );
  return {
    ...(maxTime !== undefined && { maxTimeMs: maxTime * 1000 }),
    ...(forkTimeout !== undefined && { forkTimeoutMs: forkTimeout * 1000 }),
  };
}

/**
 * The CPU to measure on: the one asked for, or the last allowed one, since interrupts favour the first.
 * Throws a RequestError for one that is not allowed.
 */
export function chooseCpu(
  wanted?: number,
  say: Spelling = onCommandLine,
  allowed: readonly number[] = allowedCpus(),
): number {
  const last = allowed.at(-1) ?? 0;
  if (wanted === undefined) return last;
  if (allowed.includes(wanted)) return wanted;
  const nearest = allowed.reduce((a, b) => (Math.abs(b - wanted) < Math.abs(a - wanted) ? b : a), last);
  throw new RequestError(
    `${say('cpu', wanted)}: this process may run on CPU ${allowed.join(', ')}; the nearest is ${nearest}`,
  );
}
