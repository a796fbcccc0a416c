import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ScriptReader, type ScriptReading } from '../profile/perf-script.ts';
import { readRecording } from '../profile/read-recording.ts';
import { type Profile, samplesOf } from '../profile/tree.ts';
import { RequestError } from '../system/errors.ts';
import { addresses } from '../target/protocol.ts';
import type { Bench } from './bench.ts';
import { Forks } from './forks.ts';
import type { ProfileJob, ProfileReport } from './message.ts';
import type { Case } from './plan.ts';

/** Samples a second: a prime number, so that nothing periodic is always met at the same place. */
const frequency = 4999;

/** Refuses where there is no perf(1) that runs. Throws a RequestError that names the package. */
export function checkPerf(): void {
  const { error, status } = spawnSync('perf', ['version'], { stdio: 'ignore' });
  if (error === undefined && status === 0) return;
  const isMissing = (error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
  const what = isMissing ? 'is not installed' : 'does not run on this kernel';
  throw new RequestError(
    `profile needs perf, which ${what}; apt-get install linux-perf (Debian), linux-tools-$(uname -r) (Ubuntu), dnf install perf (Fedora)`,
  );
}

/**
 * The command line that records what the program behind it does, with the calls that led there. The program
 * is on its CPU from its first instruction, as in a fork that is measured: had it been on another, flips
 * would send that one interrupts.
 */
function recordThrough(file: string, cpu: number): string[] {
  const record = ['perf', 'record', '--call-graph', 'fp', '-F', String(frequency), '-o', file, '--'];
  return [...record, 'taskset', '-c', String(cpu)];
}

/**
 * What a recording holds; `stepAt` names generated code. Rejects with an error whose message is perf's where
 * perf cannot.
 */
async function stacksIn(
  file: string,
  stepAt: (address: number) => string | undefined,
  signal: AbortSignal,
): Promise<ScriptReading> {
  const reader = new ScriptReader((address, object) => stepAt(inProcess(address, object)));
  const fields = ['-F', 'pid,event,ip,sym,dso', '--no-inline'];
  await readRecording(file, fields, (line) => reader.line(line), signal);
  return reader.end();
}

/** Where in the measured process code lies, of which newer perfs print the offset in its file. */
function inProcess(address: number, object: string): number {
  const isOffset = object.startsWith('/memfd:mapbench-code') && address < addresses.code;
  return isOffset ? addresses.code + address : address;
}

/** Why `perf record` did not record, as a sentence with the way out, from how its child ended. */
function whyNotRecorded(reason: string, folder: string): string {
  if (/No space left on device/.test(reason))
    return `perf record: no space left in ${folder}; free some, set TMPDIR to a folder elsewhere, or ask for a shorter --duration`;
  if (/Access to performance monitoring|Permission denied|not permitted|perf_event_paranoid/i.test(reason))
    return `perf record: the kernel refuses it (kernel.perf_event_paranoid is ${setting('perf_event_paranoid') ?? 'not known'}); run as root, or sysctl -w kernel.perf_event_paranoid=1`;
  return reason;
}

/** What keeps the kernel's functions out of a recording, as sentences with the way out. */
function whatIsHidden({ event, unnamed, kernelFrames }: ScriptReading): string[] {
  if (/:\w*u/.test(event)) {
    return [
      `perf was not let into the kernel (kernel.perf_event_paranoid is ${setting('perf_event_paranoid') ?? 'not known'}): what the kernel does is missing; run as root, or sysctl -w kernel.perf_event_paranoid=1`,
    ];
  }
  if (unnamed * 2 <= kernelFrames) return [];
  return [
    `the kernel’s functions have no names (kernel.kptr_restrict is ${setting('kptr_restrict') ?? 'not known'}); run as root, or sysctl -w kernel.kptr_restrict=0 kernel.perf_event_paranoid=1`,
  ];
}

/** A setting of the kernel; undefined where it has none of this name. */
function setting(name: string): string | undefined {
  const path = `/proc/sys/kernel/${name}`;
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined;
}

/** What became of a profile. The reasons are sentences without the strategy's name. */
export type ProfileOutcome =
  | {
      readonly kind: 'profiled';
      readonly profile: Profile;
      /** What is missing, in sentences. */
      readonly notes: readonly string[];
    }
  | { readonly kind: 'unavailable' | 'failed'; readonly reason: string };

/** Samples below which fractions are guesses. */
const fewSamples = 200;

/**
 * Has perf look at a case's loop in a child for `time` milliseconds. The child runs on `cpu`, perf where
 * there is room. Resolves in every case.
 */
export async function profileCase(
  wanted: Case,
  { time, cpu }: { readonly time: number; readonly cpu: number },
  signal: AbortSignal,
): Promise<ProfileOutcome> {
  using forks = new Forks();
  const folder = mkdtempSync(join(tmpdir(), 'mapbench-profile-'));
  const file = join(folder, 'perf.data');
  const job: ProfileJob = { kind: 'profile', cases: [wanted], time };
  try {
    let bench: Bench | undefined;
    const outcome = await forks.run(job, {
      cpu,
      signal,
      launcher: recordThrough(file, cpu),
      onBench: (started) => {
        bench = started;
      },
    });
    if (outcome.kind === 'unavailable') return { kind: 'unavailable', reason: outcome.reason };
    if (outcome.kind === 'failed')
      return { kind: 'failed', reason: whyNotRecorded(outcome.reason, tmpdir()) };
    if (outcome.kind !== 'profiled') return { kind: 'failed', reason: 'the child did something else' };
    return await readProfile(wanted, file, outcome.report, (address) => bench?.stepAt(address), signal);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function readProfile(
  { strategy, pages }: Case,
  file: string,
  { perIteration }: ProfileReport,
  stepAt: (address: number) => string | undefined,
  signal: AbortSignal,
): Promise<ProfileOutcome> {
  try {
    const reading = await stacksIn(file, stepAt, signal);
    const { stacks, otherSamples } = reading;
    const event = reading.event.replace(/:.*/, '');
    const profile = { strategy, pages, event, stacks, otherSamples, perIteration };
    const count = samplesOf(profile);
    if (count === 0)
      return { kind: 'failed', reason: 'perf saw nothing of the loop; ask for a longer --duration' };
    const few =
      count < fewSamples
        ? [`only ${count} samples: ask for a longer --duration before you trust a fraction`]
        : [];
    return { kind: 'profiled', profile, notes: [...whatIsHidden(reading), ...few] };
  } catch (error) {
    return { kind: 'failed', reason: error instanceof Error ? error.message : String(error) };
  }
}
