import type { ThreadResult } from '../program/native/team.ts';
import { mean } from '../statistics/descriptive.ts';
import type { MeasuredProcess } from '../target/measured-process.ts';
import { between, Counters } from './counters.ts';
import { LatencyCounts } from './instruments.ts';
import type { ForkReport, LatencyReport } from './message.ts';
import { type ThreadCodes, ThreadGroup, type ThreadPlan, type Window } from './thread-group.ts';

/** Milliseconds of a window, in which all threads run. One window is one sample. */
const shortestWindow = 10;

/** Windows of a fork at least. */
const minWindows = 5;

/**
 * The fraction of a window after whose begin a thread counts as late: it would have had the others' work to
 * itself.
 */
const tolerance = 0.05;

/** Windows that are thrown away at most for one that is kept, because a thread came late. */
const maxRetries = 10;

/** Iterations of each thread that one trace holds at most. */
const tracedIterations = 8192;

const nsPerMs = 1e6;

/**
 * Measures a strategy on threads of one process for `time` milliseconds. A sample is a window: the
 * nanoseconds that a load takes on each loading thread, as all of them together would have it. Companions run
 * a second window beside threads that compute: how many times as fast they are there, less 1, is their
 * slowdown. Rejects with an Error where the threads cannot be had to begin together.
 */
export async function measureThreads(
  codes: ThreadCodes,
  plan: ThreadPlan,
  time: number,
): Promise<ForkReport> {
  const { target } = codes.load;
  const cpu = plan.cpus[0] ?? 0;
  const group = await ThreadGroup.of(codes, plan);
  const counters = await Counters.open(target, cpu, 'process');
  const length = Math.max(shortestWindow, time / minWindows);
  const windows = Math.max(minWindows, Math.round(time / length));
  const samples: number[] = [];
  const times: number[][] = [];
  const slowdowns: number[] = [];
  let measuredTime = 0;
  for (let lost = 0; samples.length < windows; ) {
    const alone = group.backgroundThreads > 0 ? await group.window('compute', length) : undefined;
    let counted: CountedWindow | undefined;
    const beside = await group.window('load', length, async (run) => {
      counted = await countAround(counters, target, run);
      return counted.result as Awaited<ReturnType<typeof run>>;
    });
    if (![alone, beside].every((window) => window === undefined || isTogether(window, length, plan))) {
      lost++;
      if (lost <= maxRetries * windows) continue;
      if (samples.length > 0) break;
      throw new Error('the threads never begin together: something else runs on their CPUs');
    }
    const loads = beside.loaders.reduce((sum, { loads: own }) => sum + own, 0);
    if (counted !== undefined) {
      counters.keep(counted.perLoad(loads), loads);
      counters.keepMappings(counted.mappings);
    }
    samples.push(group.loaders / rateOf(beside.loaders));
    measuredTime += Math.max(...beside.loaders.map(({ nanoseconds }) => nanoseconds));
    times.push(beside.loaders.map(({ nanoseconds, loads: own }) => nanoseconds / own));
    if (alone !== undefined)
      slowdowns.push(rateOf(alone.backgroundThreads) / rateOf(beside.backgroundThreads) - 1);
  }
  await counters[Symbol.asyncDispose]();
  return {
    pid: target.pid,
    cpu,
    iterationsPerSample: group.iterationsPerBatch,
    samples,
    measuredTime,
    addresses: {},
    counts: counters.report(),
    threads: {
      loaders: Array.from({ length: group.loaders }, (_, index) => ({
        cpu: plan.cpus[index % plan.cpus.length] ?? 0,
        nanosecondsPerLoad: mean(times.map((each) => each[index] ?? 0)),
      })),
      slowdowns,
    },
  };
}

/** What a window counted, which is kept only if its threads began together. */
interface CountedWindow {
  readonly result: unknown;
  readonly perLoad: (loads: number) => Record<string, number>;
  readonly mappings: { readonly before: number; readonly after: number };
}

async function countAround(
  counters: Counters,
  target: MeasuredProcess,
  run: () => Promise<unknown>,
): Promise<CountedWindow> {
  const { before, after } = counters.surroundings();
  const mappingsBefore = await counters.mappings();
  const outerBefore = await counters.outer();
  await target.run(before);
  const result = await run();
  await target.run(after);
  const outerAfter = await counters.outer();
  const mappings = { before: mappingsBefore, after: await counters.mappings() };
  const perLoad = (loads: number) => ({
    ...counters.inner(loads),
    ...between(outerBefore, outerAfter, loads),
  });
  return { result, perLoad, mappings };
}

/** How long single loads take on each loading thread while all run, for `time` milliseconds of each. */
export async function measureThreadLatency(
  codes: ThreadCodes,
  plan: ThreadPlan,
  time: number,
): Promise<LatencyReport> {
  const group = await ThreadGroup.of(codes, plan);
  const times = new LatencyCounts();
  for (let spent = 0; spent < time * nsPerMs; ) {
    const traces = await group.traced(tracedIterations, (program, { nanoseconds, batch }) => ({
      ...program.traceOf(tracedIterations, batch),
      nanoseconds,
    }));
    spent += Math.max(...traces.map(({ nanoseconds }) => nanoseconds));
    for (const trace of traces) times.add(trace);
  }
  return times.report();
}

/** Loads a nanosecond of all threads; an iteration of a backgroundThread counts as one. */
function rateOf(results: readonly ThreadResult[]): number {
  return results.reduce((sum, { loads, nanoseconds }) => sum + loads / nanoseconds, 0);
}

/** Whether all threads began at one time. Where they share CPUs they cannot. */
function isTogether(
  { loaders, backgroundThreads }: Window,
  length: number,
  { threads, cpus }: ThreadPlan,
): boolean {
  const latest = tolerance * length * nsPerMs;
  return threads > cpus.length || [...loaders, ...backgroundThreads].every(({ late }) => late <= latest);
}
