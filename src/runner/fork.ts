import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { launchUnder } from '../policies/launch.ts';
import { allowedCpus, withAllowedCpus } from '../system/affinity.ts';
import { isSource, ownModule } from '../system/package-files.ts';
import type { Job, Outcome } from './message.ts';

const workerPath = fileURLToPath(ownModule('runner/worker'));

/**
 * Node's own worker threads would run on the process's address space while it is measured; V8 does their work in
 * the main thread instead.
 */
const workerFlags = ['--v8-pool-size=0', ...(isSource ? ['--import', 'tsx'] : [])];

/** How a child is started. */
export interface Launch {
  /** The CPUs it may run on from its first instruction. */
  readonly cpus: readonly number[];
  /** The program, with its arguments, that starts the child as its own: perf. Default: none. */
  readonly through?: readonly string[];
  /** Flags for the child's Node.js. */
  readonly flags?: readonly string[];
}

/** Milliseconds after which a child counts as hung. */
const patienceFor = (job: Job) => 30_000 + 10 * ('time' in job ? job.time : 0);

/**
 * Runs a job in a fresh child process that is pinned to one CPU from its first instruction, or, for cases with threads, may use all. Resolves in every case:
 * a child that crashes, hangs or says nothing is a `failed` outcome. `signal` kills the child.
 */
export function runFork(
  job: Job,
  cpu: number,
  signal: AbortSignal,
  patience = patienceFor(job),
): Promise<Outcome> {
  const cpus = hasThreads(job) ? [cpu, ...allowedCpus().filter((other) => other !== cpu)] : [cpu];
  return launchFork({ ...job, cpus }, { cpus, ...policyLaunch(job) }, signal, patience);
}

/** The cases of one job are under the same policies: they share a process. */
function policyLaunch({ cases }: Job): Pick<Launch, 'through' | 'flags'> {
  const [policy] = cases.flatMap((each) => each.policy ?? []);
  return policy === undefined ? {} : launchUnder(policy);
}

function hasThreads({ cases }: Job): boolean {
  return cases.some(({ others }) => others !== undefined);
}

/** As runFork, with a choice of CPUs and a program in between. */
export function launchFork(
  job: Job,
  { cpus, through = [], flags = [] }: Launch,
  signal: AbortSignal,
  patience = patienceFor(job),
): Promise<Outcome> {
  const worker = [process.execPath, ...workerFlags, ...flags, workerPath, JSON.stringify(job)];
  const [program = '', ...parameters] = [...through, ...worker];
  return new Promise((resolve) => {
    // The main thread's restriction is inherited by every thread of the child, which thus never run beside each other.
    const child = withAllowedCpus(cpus, () =>
      spawn(program, parameters, {
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
        // Behind another program the child's parent is not this process.
        env: { ...process.env, MAPBENCH_PARENT: through.length > 0 ? undefined : String(process.pid) },
        signal,
        killSignal: 'SIGKILL',
      }),
    );
    let outcome: Outcome | undefined;
    let isHung = false;
    let stderr = '';
    const timer = setTimeout(() => {
      isHung = true;
      child.kill('SIGKILL');
    }, patience);
    child.stderr?.on('data', (data: Buffer) => {
      stderr = (stderr + data.toString()).slice(-2000);
    });
    child.on('message', (message) => {
      outcome = message as Outcome;
    });
    // Spawning can fail, and aborting reports here; `close` follows, or never if there was no process.
    child.on('error', (error) => {
      if (child.pid === undefined)
        resolve({ kind: 'failed', reason: `cannot start a child process: ${error.message}` });
    });
    child.on('close', (code, killedBy) => {
      clearTimeout(timer);
      removeLeftovers(child);
      if (isHung) resolve({ kind: 'failed', reason: `hung: no result within ${patience / 1000} s` });
      else resolve(outcome ?? { kind: 'failed', reason: deathOf(code, killedBy, stderr) });
    });
  });
}

function deathOf(code: number | null, signal: NodeJS.Signals | null, stderr: string): string {
  if (signal !== null) return `killed by ${signal} (signal ${constants.signals[signal]})`;
  const lines = stderr.trim().split('\n');
  const error = lines.find((line) => /^\w*Error: /.test(line)) ?? lines.at(-1) ?? '';
  return `the child process exited with status ${code}${error === '' ? '' : `: ${error}`}`;
}

/** A child that was killed between shm_open and shm_unlink leaves its object behind. */
function removeLeftovers(child: ChildProcess): void {
  try {
    rmSync(`/dev/shm/mapbench-${child.pid}`, { force: true });
  } catch {
    // Where the kernel refuses to unlink, the child's outcome says so.
  }
}
