import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { bin } from '../support/mapbench.ts';

/** Where the scripts lie. */
export const scripts = join(import.meta.dirname, '../../scripts/fleet');

/** A short run of two strategies; the hosts of these tests are one machine, so nobody reads the times. */
export const shortRun = ['-s', 'memfd', 'reuse', '--forks', '2', '--time', '5'];

/** A folder of a test file, removed behind it. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mapbench-fleet-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs one of the scripts to its end. */
export function runScript(name: string, parameters: readonly string[], env: NodeJS.ProcessEnv) {
  return spawnSync(join(scripts, name), parameters, {
    encoding: 'utf8',
    env: { ...process.env, MAPBENCH: `${process.execPath} ${bin}`, ...env },
    timeout: 180_000,
  });
}

/** A mapbench that is killed in the middle where a shell condition holds, as a host short of memory would. */
export function killedWhere(condition: string, folder: string): string {
  const path = join(folder, 'mapbench');
  const run = `'${process.execPath}' '${bin}' "$@"`;
  const text = `#!/bin/sh\n${condition} || exec ${run}\n${run} --time 60000 & sleep 1; kill -KILL $!; wait $!\n`;
  writeFileSync(path, text, { mode: 0o755 });
  return path;
}

/** The command lines of the processes that name a folder, without those that have ended. */
export function processesOf(folder: string): string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  return pids.map(commandLineOf).filter((line) => line.includes(folder));
}

function commandLineOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
