import { spawn } from 'node:child_process';
import { chmodSync, closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { MFD } from '../system/constants.ts';
import { withAllowedCpus } from '../system/cpus.ts';
import { errnoName } from '../system/errno.ts';
import { callLibc, libc } from '../system/libc.ts';
import { withOwnPids } from '../system/process.ts';
import { asRefusal, isExhausted, RefusalError } from '../system/refusal.ts';
import { type ProcessEnd, spawnProcess, waitForEnd } from '../system/spawn.ts';

/** How a stub is started. */
export interface StubLaunch {
  readonly cpus: readonly number[];
  readonly launcher?: readonly string[] | undefined;
  readonly ownPids?: boolean | undefined;
  /** Descriptors of this process that the stub has from 3 on. */
  readonly files: readonly number[];
}

/** A process that was started, or what started it. */
export interface StartedStub {
  /** Its number, or what started it has. */
  readonly pid: number;
  /** How it has ended, or undefined; with what a launcher wrote, or why none could be started. */
  look(): (ProcessEnd & { readonly output?: string }) | { readonly error: unknown } | undefined;
  /** Kills it, by the id that it has, and waits until it is gone, and what started it has ended. */
  end(pid: number | undefined): Promise<void>;
}

/** Starts the stub, given as the bytes of its executable. Throws a RefusalError. */
export function startStub(file: Uint8Array, launch: StubLaunch): StartedStub {
  try {
    const inMemory = putInMemory(file);
    if (launch.launcher !== undefined) return startThrough(inMemory ?? putIntoFolder(file), launch);
    return (inMemory && tryHere(inMemory, launch)) ?? startHere(putIntoFolder(file), launch);
  } catch (error) {
    const refusal = asRefusal(error, { path: tmpdir() });
    if (!(refusal instanceof RefusalError)) throw error;
    const consequence = 'the measured process cannot be started';
    throw new RefusalError(refusal.refusal, undefined, { consequence }, refusal.explanation);
  }
}

/** undefined where the kernel does not let such a file be run. */
function tryHere(executable: Executable, launch: StubLaunch): StartedStub | undefined {
  try {
    return startHere(executable, launch);
  } catch (error) {
    const isOfFile = error instanceof RefusalError && error.refusal.call === 'posix_spawn';
    if (isOfFile && ['EACCES', 'EPERM', 'ENOENT'].includes(errnoName(error.errno))) return undefined;
    throw error;
  }
}

interface Executable {
  readonly path: string;
  readonly remove: () => void;
}

/** An executable that is in no folder; undefined where the kernel does not let such a file be run. */
function putInMemory(file: Uint8Array): Executable | undefined {
  const create = libc('memfd_create');
  let fd = create('mapbench-stub', MFD.MFD_CLOEXEC | MFD.MFD_EXEC);
  // Kernels before 6.3 do not know MFD_EXEC.
  if (fd === -1) fd = create('mapbench-stub', MFD.MFD_CLOEXEC);
  if (fd === -1) return undefined;
  writeSync(fd, file);
  return { path: `/proc/${process.pid}/fd/${fd}`, remove: () => callLibc('close', fd) };
}

function putIntoFolder(file: Uint8Array): Executable {
  const path = join(tmpdir(), `mapbench-stub-${process.pid}`);
  const fd = openSync(path, 'wx', 0o700);
  writeSync(fd, file);
  closeSync(fd);
  chmodSync(path, 0o700);
  return { path, remove: () => rmSync(path, { force: true }) };
}

function startHere(executable: Executable, launch: StubLaunch): StartedStub {
  try {
    return startFile(executable.path, launch);
  } finally {
    executable.remove();
  }
}

function startFile(path: string, { cpus, files, ownPids = false }: StubLaunch): StartedStub {
  const spawnHere = () => spawnProcess({ path, args: ['mapbench-stub'], descriptors: files });
  const pid = withAllowedCpus(cpus, () => (ownPids ? withOwnPids(spawnHere) : spawnHere()));
  let ended: ProcessEnd | undefined;
  const look = () => {
    ended ??= waitForEnd(pid);
    return ended;
  };
  return {
    pid,
    look,
    async end() {
      if (look() === undefined) process.kill(pid, 'SIGKILL');
      // It is gone within a millisecond, unless the kernel has much to give back.
      for (let wait = 0; look() === undefined; wait++) await (wait < 20 ? setImmediate() : setTimeout(1));
    },
  };
}

/** Characters of what a launcher wrote that are kept. */
const keptOutput = 2000;

function startThrough(executable: Executable, { cpus, files, launcher = [] }: StubLaunch): StartedStub {
  const [program = '', ...parameters] = launcher;
  const child = withAllowedCpus(cpus, () =>
    spawn(program, [...parameters, executable.path], { stdio: ['ignore', 'ignore', 'pipe', ...files] }),
  );
  let output = '';
  child.stderr?.on('data', (data: Buffer) => {
    output = (output + data.toString()).slice(-keptOutput);
  });
  let ended: ReturnType<StartedStub['look']>;
  const gone = new Promise<void>((resolve) => {
    child.on('error', (error: NodeJS.ErrnoException) => {
      const isRefused = isExhausted(-(error.errno ?? 0));
      ended ??= isRefused ? { error: asRefusal(error) } : { status: -1, output: error.message };
      resolve();
    });
    child.on('close', (status, signal) => {
      ended ??= {
        ...(signal === null ? { status: status ?? -1 } : { signal: constants.signals[signal] }),
        output,
      };
      resolve();
    });
  });
  return {
    pid: child.pid ?? 0,
    look: () => ended,
    async end(pid) {
      // The launcher ends when its own child has, and has things to write until then.
      try {
        if (pid !== undefined) process.kill(pid, 'SIGKILL');
        else child.kill('SIGKILL');
      } catch {
        // It has ended already.
      }
      await gone;
      executable.remove();
    },
  };
}
