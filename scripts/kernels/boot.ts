import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';

/** What a booted kernel said of every strategy. */
export interface KernelResult {
  /** Its release. */
  readonly kernel: string;
  readonly cpu: string;
  /** Bytes. */
  readonly pageSize: number;
  /** Of each module. */
  readonly pages: number;
  readonly cases: readonly KernelCase[];
}

/** A strategy on a kernel. */
export interface KernelCase {
  readonly strategy: string;
  readonly status: 'measured' | 'unavailable' | 'failed';
  /** Minor page faults an iteration, where it was measured. */
  readonly faults?: number;
  /** Why not, where it was not. */
  readonly reason?: string;
  /** Checks of verify that were made, and those that failed with what they saw. */
  readonly checks: number;
  readonly failed: readonly string[];
}

/** What boots a kernel: paths. */
export interface Machine {
  readonly vmlinuz: string;
  readonly initramfs: string;
  /** Where the console goes. */
  readonly log: string;
}

/** Minutes after which a machine is given up. */
const timeoutMinutes = 25;

/**
 * Boots a kernel in QEMU, with its processor emulated in software, and waits until it has switched itself
 * off. Rejects with the end of its console where it says nothing.
 */
export async function boot({ vmlinuz, initramfs, log }: Machine): Promise<KernelResult> {
  const answer = `${log}.json`;
  rmSync(answer, { force: true });
  const child = spawn(
    'qemu-system-x86_64',
    [
      ...[
        '-accel',
        'tcg,thread=multi',
        '-cpu',
        'max',
        '-smp',
        '2',
        '-m',
        '3G',
        '-no-reboot',
        '-display',
        'none',
      ],
      ...['-kernel', vmlinuz, '-initrd', initramfs, '-append', 'console=ttyS0 quiet panic=-1'],
      ...['-serial', `file:${log}`, '-serial', `file:${answer}`],
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMinutes * 60_000);
  await new Promise<void>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => resolve());
  });
  clearTimeout(timer);
  const line = readFileSync(answer, 'utf8')
    .split('\n')
    .find((text) => text.startsWith('{'));
  if (line !== undefined) return JSON.parse(line) as KernelResult;
  const end = readFileSync(log, 'utf8').trim().split('\n').slice(-15).join('\n');
  throw new Error(`the machine has said nothing; the end of ${log}:\n${end}`);
}
