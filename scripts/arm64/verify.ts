import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Emulation } from './fetch.ts';

/** What `mapbench verify --format json` says of a case. */
export interface VerifiedCase {
  readonly id: string;
  readonly verdicts?: readonly {
    readonly check: string;
    readonly outcome: string;
    readonly evidence: string;
  }[];
  readonly status?: 'unavailable' | 'failed';
  readonly reason?: string;
}

/** Seconds for one strategy's checks: emulation is slow. */
const forkTimeout = 120;

/** Verifies strategies with the mapbench in `project`, as an AArch64 program. One after the other: they share a huge page pool. */
export async function verifyEmulated(
  project: string,
  emulation: Emulation,
  strategies: readonly string[],
): Promise<VerifiedCase[]> {
  const options = ['--pages', '2', '--draws', '0', '--fork-timeout', String(forkTimeout), '--format', 'json'];
  const { stdout } = await runEmulated(project, emulation, ['verify', ...strategies, ...options]);
  return (JSON.parse(stdout) as { cases: VerifiedCase[] }).cases;
}

/** Runs a command of mapbench as an AArch64 program. */
export function runEmulated(
  project: string,
  { node, modules }: Emulation,
  parameters: readonly string[],
): Promise<{ status: number | null; stdout: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(node, [join(project, 'bin/mapbench.js'), ...parameters], {
      env: { ...process.env, NODE_PATH: modules, NODE_OPTIONS: '', NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let stdout = '';
    child.stdout.on('data', (data: Buffer) => {
      stdout += data.toString();
    });
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout }));
  });
}
