import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Profile, samplesOf } from '../profile/stack.ts';
import type { Bench } from './bench.ts';
import type { Case } from './case.ts';
import { Forks } from './forks.ts';
import type { ProfileJob, ProfileReport } from './message.ts';
import { readRecording, recordThrough, whatIsHidden, whyNotRecorded } from './perf.ts';

/** What became of a profile. The reasons are sentences without the strategy's name. */
export type ProfileOutcome =
  | {
      readonly kind: 'profiled';
      readonly profile: Profile;
      /** What is missing, in sentences. */
      readonly notes: readonly string[];
    }
  | { readonly kind: 'unavailable' | 'failed'; readonly reason: string };

/** Samples below which shares are guesses. */
const fewSamples = 200;

/**
 * Has perf look at a case's loop in a child for `time` milliseconds. The child runs on `cpu`, perf where there is room.
 * Resolves in every case.
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
    const reading = await readRecording(file, stepAt, signal);
    const { stacks, otherSamples } = reading;
    const event = reading.event.replace(/:.*/, '');
    const profile = { strategy, pages, event, stacks, otherSamples, perIteration };
    const count = samplesOf(profile);
    if (count === 0)
      return { kind: 'failed', reason: 'perf saw nothing of the loop; ask for a longer --duration' };
    const few =
      count < fewSamples
        ? [`only ${count} samples: ask for a longer --duration before you trust a share`]
        : [];
    return { kind: 'profiled', profile, notes: [...whatIsHidden(reading), ...few] };
  } catch (error) {
    return { kind: 'failed', reason: error instanceof Error ? error.message : String(error) };
  }
}
