import { withProgram } from '../program/engine.ts';
import type { NativeCode } from '../program/native/engine.ts';
import { type Member, Team, type ThreadResult } from '../program/native/team.ts';
import { mean } from '../statistics/descriptive.ts';
import { between, Counters } from './counters.ts';
import type { ForkReport } from './message.ts';
import { calibrate, requireFreshCode } from './sampler.ts';

/** A process that loads, and the CPU that it runs on. */
export interface LoadingProcess {
  readonly code: NativeCode;
  readonly cpu: number;
}

/** Milliseconds of a window at least, in which all processes load. One window is one sample. */
const shortestWindow = 10;

/** Milliseconds of a window for each process: where they share CPUs, each needs turns in it. */
const windowOfEach = 2;

/** Milliseconds for each process between telling them when to begin and that time. */
const noticeOfEach = 1;

/** Windows of a fork at least. */
const minWindows = 5;

/**
 * The fraction of a window after whose begin a process counts as late: the first had the machine to itself.
 */
const tolerance = 0.05;

/** Windows that are thrown away at most for one that is kept. */
const maxRetries = 10;

/** Milliseconds of a batch, after each of which a process looks at the clock. */
const batchLength = 0.2;

/** Milliseconds that a process loads before what is kept, in its placement. */
const warmUp = 1;

const nsPerMs = 1e6;

/** What is needed of a process in every window. */
interface Prepared extends LoadingProcess {
  readonly team: Team;
  readonly counters: Counters;
  /** Of a batch. */
  readonly iterations: number;
}

/**
 * Measures a strategy in several processes that load at the same time, for `time` milliseconds. A sample is a
 * window: the nanoseconds that a load takes in each process, as all of them together would have it. Rejects
 * with a StepFailure where a program cannot be set up or run, with an Error where the processes cannot be had
 * to begin together.
 */
export async function measureProcesses(
  processes: readonly LoadingProcess[],
  time: number,
): Promise<ForkReport> {
  const prepared: Prepared[] = [];
  for (const each of processes) prepared.push(await prepare(each));
  const [first] = prepared;
  if (first === undefined) throw new TypeError('no process');
  const sharesCpus = new Set(processes.map(({ cpu }) => cpu)).size < processes.length;
  const length = Math.max(shortestWindow, windowOfEach * processes.length, time / minWindows);
  const windows = Math.max(minWindows, Math.round(time / length));
  const samples: number[] = [];
  const times: number[][] = [];
  let measuredTime = 0;
  for (let lost = 0; samples.length < windows; ) {
    const { results, keep } = await withMembers(prepared, (members) =>
      // Over a slow connection to them it takes longer.
      window(prepared, members, { length, notice: noticeOfEach * processes.length * (1 + lost) }),
    );
    const begin = Math.min(...results.map(({ startedAt }) => startedAt));
    const end = Math.max(...results.map(({ finishedAt }) => finishedAt));
    const latest = begin + tolerance * length * nsPerMs;
    if (!sharesCpus && results.some(({ startedAt }) => startedAt > latest)) {
      lost++;
      if (lost <= maxRetries * windows) continue;
      if (samples.length > 0) break;
      throw new Error('the processes never begin together: something else runs on their CPUs');
    }
    keep();
    // Where processes share a CPU each waits for the others meanwhile.
    const own = results.map((each) => (sharesCpus ? end - begin : each.finishedAt - each.startedAt));
    const nanosecondsPerLoad = results.map(({ loads }, index) => (own[index] ?? 0) / loads);
    times.push(nanosecondsPerLoad);
    samples.push(processes.length / nanosecondsPerLoad.reduce((sum, each) => sum + 1 / each, 0));
    measuredTime += Math.max(...own);
  }
  for (const { counters } of prepared) await counters[Symbol.asyncDispose]();
  return {
    pid: first.code.target.pid,
    cpu: first.cpu,
    iterationsPerSample: first.iterations,
    samples,
    measuredTime,
    addresses: {},
    counts: first.counters.report(),
    threads: {
      loaders: processes.map(({ cpu }, index) => ({
        cpu,
        nanosecondsPerLoad: mean(times.map((each) => each[index] ?? 0)),
      })),
      slowdowns: [],
    },
  };
}

async function prepare({ code, cpu }: LoadingProcess): Promise<Prepared> {
  return {
    code,
    cpu,
    team: await Team.in(code.target),
    counters: await Counters.open(code.target, cpu, 'process'),
    iterations: await withProgram(code, (program) => calibrate(program, batchLength)),
  };
}

/** Sets the program up in one process after the other, and gives all of them back in the opposite order. */
function withMembers<T>(
  processes: readonly Prepared[],
  use: (members: readonly Member[]) => Promise<T>,
  members: readonly Member[] = [],
): Promise<T> {
  const next = processes[members.length];
  if (next === undefined) return use(members);
  const { code, team, iterations, cpu } = next;
  return withProgram(code, async (program) => {
    const member = { program, iterations, cpu };
    await team.run([member], warmUp * nsPerMs);
    return withMembers(processes, use, [...members, member]);
  });
}

/**
 * All processes for `length` milliseconds, which begin `notice` milliseconds after they are told; `keep` adds
 * what was counted to the first one's counters.
 */
async function window(
  processes: readonly Prepared[],
  members: readonly Member[],
  { length, notice }: { readonly length: number; readonly notice: number },
): Promise<{ readonly results: readonly ThreadResult[]; readonly keep: () => void }> {
  const [first] = processes;
  const around = processes.map(({ counters }) => counters.surroundings());
  const mappingsBefore = await first?.counters.mappings();
  const outerBefore = await first?.counters.outer();
  for (const [index, { code }] of processes.entries()) await code.target.run(around[index]?.before ?? []);
  const started: Awaited<ReturnType<Team['start']>>[] = [];
  for (const [index, { team }] of processes.entries()) {
    const member = members[index];
    if (member !== undefined) started.push(await team.start([member], length * nsPerMs, true));
  }
  // They share a machine, and so its clock.
  const at = ((await started[0]?.now()) ?? 0) + notice * nsPerMs;
  for (const each of started) await each.go(at);
  // All have to end before one's program is given back.
  const ended: PromiseSettledResult<ThreadResult[]>[] = [];
  for (const each of started) ended.push(...(await Promise.allSettled([each.end()])));
  const results = ended.flatMap((each) => {
    if (each.status === 'rejected') throw each.reason;
    return each.value;
  });
  for (const { batch } of results) requireFreshCode(batch);
  for (const [index, { code }] of processes.entries()) await code.target.run(around[index]?.after ?? []);
  const outerAfter = await first?.counters.outer();
  const mappingsAfter = await first?.counters.mappings();
  const keep = () => {
    const all = results.reduce((sum, { loads }) => sum + loads, 0);
    for (const [index, { counters }] of processes.entries()) {
      const { loads = 0 } = results[index] ?? {};
      first?.counters.keep(counters.inner(loads), loads);
    }
    first?.counters.keep(between(outerBefore ?? {}, outerAfter ?? {}, all), all);
    first?.counters.keepMappings({ before: mappingsBefore ?? 0, after: mappingsAfter ?? 0 });
  };
  return { results, keep };
}
