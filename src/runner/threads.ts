import type { Share } from '../program/native/team.ts';
import { mean } from '../statistics/quantile.ts';
import type { Architecture } from '../system/architecture.ts';
import { Crew, type ThreadPlan, type ThreadStarts, type Window } from './crew.ts';
import { LatencyCounts } from './latency.ts';
import type { ForkReport, LatencyReport } from './message.ts';
import { ProcessCounters } from './process-counters.ts';

/** Milliseconds of a window, in which all threads run. One window is one sample. */
const shortestWindow = 10;

/** Windows of a fork at least. */
const leastWindows = 5;

/** The share of a window after whose begin a thread counts as late: it would have had the others' work to itself. */
const tolerance = 0.05;

/** Windows that are thrown away at most for one that is kept, because a thread came late. */
const patience = 10;

/** Iterations of each thread that one trace holds at most. */
const tracedIterations = 8192;

const nsPerMs = 1e6;

/**
 * Measures a strategy on threads of one process for `time` milliseconds. A sample is a window: the nanoseconds that a load takes on
 * each loading thread, as all of them together would have it. Companions run a second window beside threads that compute: how many
 * times as fast they are there, less 1, is their slowdown. Throws an Error where the threads cannot be had to begin together.
 */
export function measureThreads(
  starts: ThreadStarts,
  plan: ThreadPlan,
  time: number,
  architecture: Architecture,
): ForkReport {
  const crew = new Crew(starts, plan, architecture);
  const counters = new ProcessCounters();
  const length = Math.max(shortestWindow, time / leastWindows);
  const windows = Math.max(leastWindows, Math.round(time / length));
  const samples: number[] = [];
  const times: number[][] = [];
  const slowdowns: number[] = [];
  let loads = 0;
  for (let lost = 0; samples.length < windows; ) {
    const alone = crew.companions > 0 ? crew.window('compute', length) : undefined;
    let keep = () => {};
    const beside = crew.window('load', length, (run) => {
      const counted = counters.around(run);
      keep = counted.keep;
      return counted.result;
    });
    if (![alone, beside].every((window) => window === undefined || isTogether(window, length, plan))) {
      lost++;
      if (lost <= patience * windows) continue;
      if (samples.length > 0) break;
      throw new Error('the threads never begin together: something else runs on their CPUs');
    }
    keep();
    loads += beside.loaders.reduce((sum, { loads: own }) => sum + own, 0);
    samples.push(crew.loaders / rateOf(beside.loaders));
    times.push(beside.loaders.map(({ nanoseconds, loads: own }) => nanoseconds / own));
    if (alone !== undefined) slowdowns.push(rateOf(alone.companions) / rateOf(beside.companions) - 1);
  }
  return {
    pid: process.pid,
    cpu: plan.cpus[0] ?? 0,
    iterationsPerSample: crew.iterationsPerBatch,
    samples,
    addresses: {},
    counts: counters.report(loads),
    threads: {
      loaders: Array.from({ length: crew.loaders }, (_, index) => ({
        cpu: plan.cpus[index % plan.cpus.length] ?? 0,
        nanosecondsPerLoad: mean(times.map((each) => each[index] ?? 0)),
      })),
      slowdowns,
    },
  };
}

/** How long single loads take on each loading thread while all run, for `time` milliseconds of each. */
export function measureThreadLatency(
  starts: ThreadStarts,
  plan: ThreadPlan,
  time: number,
  architecture: Architecture,
): LatencyReport {
  const crew = new Crew(starts, plan, architecture);
  const times = new LatencyCounts();
  for (let spent = 0; spent < time * nsPerMs; ) {
    const traces = crew.traced(tracedIterations, (program, { nanoseconds, batch }) => ({
      ...program.traceOf(tracedIterations, batch),
      nanoseconds,
    }));
    spent += Math.max(...traces.map(({ nanoseconds }) => nanoseconds));
    for (const trace of traces) times.add(trace);
  }
  return times.report();
}

/** Loads a nanosecond of all threads; an iteration of a companion counts as one. */
function rateOf(shares: readonly Share[]): number {
  return shares.reduce((sum, { loads, nanoseconds }) => sum + loads / nanoseconds, 0);
}

/** Whether all threads began at one time. Where they share CPUs they cannot. */
function isTogether({ loaders, companions }: Window, length: number, { threads, cpus }: ThreadPlan): boolean {
  const latest = tolerance * length * nsPerMs;
  return threads > cpus.length || [...loaders, ...companions].every(({ late }) => late <= latest);
}
