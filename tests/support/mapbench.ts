import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The program as users start it; `npm test` has built it. */
export const bin = join(import.meta.dirname, '../../bin/mapbench.js');

/** Runs mapbench to its end. */
export function mapbench(parameters: string[], env: NodeJS.ProcessEnv = {}) {
  const { status, stdout, stderr, signal } = spawnSync(process.execPath, [bin, ...parameters], {
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: undefined, FORCE_COLOR: undefined, LC_ALL: 'C.UTF-8', ...env },
  });
  return { status, stdout, stderr, signal };
}

/** Starts mapbench and leaves it running. */
export function startMapbench(parameters: string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [bin, ...parameters], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (data) => {
    output.stdout += data;
  });
  child.stderr.on('data', (data) => {
    output.stderr += data;
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)));
  return { child, output, ended };
}

/** Processes that were started by `pid` and still run. */
export function childrenOf(pid: number): number[] {
  const path = `/proc/${pid}/task/${pid}/children`;
  return existsSync(path) ? readFileSync(path, 'utf8').split(' ').filter(Boolean).map(Number) : [];
}

/** Whether a process runs: one that has ended may be left until its parent asks. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** Whether a process runs the stub. */
export function isStub(pid: number): boolean {
  try {
    return readlinkSync(`/proc/${pid}/exe`).includes('mapbench-stub');
  } catch {
    return false;
  }
}

/**
 * Waits until no POSIX shared memory of a process that is gone is left: that of others belongs to runs beside
 * this one.
 */
export async function sharedMemoryIsGone(): Promise<void> {
  const left = () =>
    readdirSync('/dev/shm').filter((name) => {
      const pid = /^mapbench-(\d+)$/.exec(name)?.[1];
      return pid !== undefined && !isAlive(Number(pid));
    });
  await waitFor('shared memory objects to be gone', () => (left().length === 0 ? true : undefined), 5);
}

/** Waits until `probe` gives something, at most `seconds`. */
export async function waitFor<T>(what: string, probe: () => T | undefined, seconds = 20): Promise<T> {
  for (let tries = 0; tries < seconds * 100; tries++) {
    const found = probe();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`waited ${seconds} s in vain for ${what}`);
}

const sharedHugePages = '/sys/kernel/mm/transparent_hugepage/shmem_enabled';

/**
 * Lets shared memory that asks have transparent huge pages; undefined where this user cannot. Undo with the
 * function it returns.
 */
export function withSharedHugePages(): (() => void) | undefined {
  try {
    const before = /\[(\w+)\]/.exec(readFileSync(sharedHugePages, 'utf8'))?.[1] ?? '';
    if (!/never|deny/.test(before)) return () => {};
    writeFileSync(sharedHugePages, 'advise');
    return () => writeFileSync(sharedHugePages, before);
  } catch {
    return undefined;
  }
}

const pool = '/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages';

/**
 * Fills the huge page pool if it is empty; false where this user cannot. Undo with the function it returns.
 */
export function withHugePages(): (() => void) | undefined {
  const before = readFileSync(pool, 'utf8');
  if (Number(before) >= 4) return () => {};
  try {
    writeFileSync(pool, '8');
  } catch {
    return undefined;
  }
  if (Number(readFileSync(pool, 'utf8')) >= 4) return () => writeFileSync(pool, before);
  writeFileSync(pool, before);
  return undefined;
}
