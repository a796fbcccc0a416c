import { execFileSync } from 'node:child_process';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { downloadPackages } from '../../src/target/debian.ts';

/**
 * QEMU before 8.1 ignores `ic ivau`, so Debian 12's shows nothing; Debian 13's is static and runs anywhere.
 */
const suite = 'trixie';

/** Downloads QEMU's user mode for AArch64 once into `cache`, and returns its path. */
export function fetchQemu(cache: string): string {
  const folder = join(cache, 'qemu');
  const program = join(folder, 'usr/bin/qemu-aarch64');
  if (existsSync(program)) return program;
  const draft = `${folder}.draft`;
  rmSync(draft, { recursive: true, force: true });
  for (const deb of downloadPackages(join(cache, 'debian'), suite, ['qemu-user']))
    execFileSync('dpkg', ['-x', deb, draft]);
  renameSync(draft, folder);
  return program;
}
