import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { forbidsGeneratedCode, needsOwnPids } from '../policies/apply.ts';
import { withAllowedCpus } from '../system/cpus.ts';
import { withOwnPids } from '../system/process.ts';
import { asRefusal } from '../system/refusal.ts';
import { isSource, userModule } from '../system/version.ts';
import { outcomeOf } from './carry-out.ts';
import type { Job, Outcome } from './message.ts';

const workerPath = fileURLToPath(userModule('runner/worker'));

/**
 * Node's own worker threads would run on the process's address space while it is measured; V8 does their work
 * in the main thread instead.
 */
const workerFlags = ['--v8-pool-size=0', ...(isSource ? ['--import', 'tsx'] : [])];

/** How a child is run. */
export interface ChildOptions {
  /** The CPUs that it may run on from its first instruction. */
  readonly cpus: readonly number[];
  /** Milliseconds after which it counts as hung. */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

/**
 * Does a job in a Node.js of its own. Resolves in every case: a child that crashes, hangs or says nothing is
 * a `failed` outcome.
 */
export function runInChild(job: Job, { cpus, timeout, signal }: ChildOptions): Promise<Outcome> {
  const [policy] = job.cases.flatMap((each) => each.policy ?? []);
  const flags = policy !== undefined && forbidsGeneratedCode(policy) ? ['--jitless'] : [];
  const parameters = [...workerFlags, ...flags, workerPath, JSON.stringify(job)];
  const isAlone = policy !== undefined && needsOwnPids(policy);
  // The main thread's restriction is inherited by every thread of the child, which thus never run beside each
  // other.
  const start = () =>
    withAllowedCpus(cpus, () =>
      spawn(process.execPath, parameters, {
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
        signal,
        killSignal: 'SIGKILL',
      }),
    );
  return new Promise((resolve) => {
    const child = startOr(resolve, () => (isAlone ? withOwnPids(start) : start()));
    if (child === undefined) return;
    let outcome: Outcome | undefined;
    let isHung = false;
    let stderr = '';
    const timer = setTimeout(() => {
      isHung = true;
      child.kill('SIGKILL');
    }, timeout);
    child.stderr?.on('data', (data: Buffer) => {
      stderr = (stderr + data.toString()).slice(-2000);
    });
    child.on('message', (message) => {
      outcome = message as Outcome;
    });
    // Spawning can fail, and aborting reports here; `close` follows, or never if there was no process.
    child.on('error', (error) => {
      if (child.pid === undefined) resolve(outcomeOf(asRefusal(error)));
    });
    child.on('close', (code, killedBy) => {
      clearTimeout(timer);
      if (isHung) resolve({ kind: 'failed', reason: `hung: no result within ${timeout / 1000} s` });
      else {
        const reason = deathOf(code, killedBy, stderr);
        resolve(outcome ?? { kind: 'failed', reason, ...(killedBy && { signal: killedBy }) });
      }
    });
  });
}

/** Some refusals are thrown, others are told later. */
function startOr(refuse: (outcome: Outcome) => void, start: () => ChildProcess): ChildProcess | undefined {
  try {
    return start();
  } catch (error) {
    refuse(outcomeOf(asRefusal(error)));
    return undefined;
  }
}

function deathOf(code: number | null, signal: NodeJS.Signals | null, stderr: string): string {
  if (signal !== null) return `killed by ${signal} (signal ${constants.signals[signal]})`;
  const lines = stderr.trim().split('\n');
  const error = lines.find((line) => /^\w*Error: /.test(line)) ?? lines.at(-1) ?? '';
  return `the child process exited with status ${code}${error === '' ? '' : `: ${error}`}`;
}
