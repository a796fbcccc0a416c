import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Programs that some tests need, and the Debian packages that have them. */
const packages = {
  '/usr/bin/chromium': 'chromium',
  '/usr/sbin/sshd': 'openssh-server',
  'aarch64-linux-gnu-gcc': 'gcc-aarch64-linux-gnu libc6-dev-arm64-cross',
  'aarch64-linux-gnu-as': 'binutils-aarch64-linux-gnu',
  faketime: 'faketime',
  groff: 'groff',
  'qemu-aarch64-static': 'qemu-user-static',
  'qemu-system-x86_64': 'qemu-system-x86',
  'x86_64-linux-gnu-as': 'binutils-x86-64-linux-gnu',
  bash: 'bash',
  cc: 'gcc libc6-dev',
  fish: 'fish',
  git: 'git',
  man: 'man-db',
  mandoc: 'mandoc',
  munged: 'munge',
  parallel: 'parallel',
  perf: 'linux-perf',
  salloc: 'slurm-wlm',
  script: 'bsdutils',
  slurmctld: 'slurm-wlm',
  slurmd: 'slurm-wlm',
  srun: 'slurm-wlm',
  ssh: 'openssh-client',
  strace: 'strace',
  zsh: 'zsh',
} as const;

/** A program that tests need. */
export type Tool = keyof typeof packages;

/** Why tests that need these programs are skipped, or false where all are there. */
export function lacking(...tools: readonly Tool[]): string | false {
  const missing = tools.filter((tool) => !isInstalled(tool));
  if (missing.length === 0) return false;
  const wanted = [...new Set(missing.map((tool) => packages[tool]))];
  return `${missing.join(' and ')} not installed (Debian: ${wanted.join(' ')})`;
}

/** Runs what follows as nobody. */
export const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] as const;

/** Why tests that become nobody are skipped, or false where root can, and nobody can read the project. */
export function cannotBeNobody(): string | false {
  if (process.getuid?.() !== 0) return 'only root can become nobody';
  const root = join(import.meta.dirname, '../..');
  const [program = '', ...parameters] = asNobody;
  const { status } = spawnSync(program, [...parameters, 'ls', join(root, 'bin/mapbench.js')], {
    stdio: 'ignore',
  });
  return status === 0
    ? false
    : `nobody but root can read ${root}; a checkout in a folder that all can read runs them`;
}

/**
 * Why tests that mount are skipped, or false: root needs a root directory that is a mount, which that of a
 * chroot is not.
 */
export function cannotMount(): string | false {
  if (process.getuid?.() !== 0) return 'only root can mount';
  const { status, stderr } = spawnSync('unshare', ['--mount', 'true'], { encoding: 'utf8' });
  return status === 0 ? false : `no mounts of its own here: ${stderr.trim()}`;
}

/** The Debian packages that are named in reasons of `lacking`. */
export function packagesIn(reasons: readonly string[]): string[] {
  const named = reasons.flatMap((reason) => /\(Debian: (.+)\)$/.exec(reason)?.[1]?.split(' ') ?? []);
  return [...new Set(named)].sort();
}

/** Whether it can be started; what it says of itself does not matter. */
function isInstalled(tool: Tool): boolean {
  return spawnSync('sh', ['-c', 'command -v -- "$1"', 'sh', tool], { stdio: 'ignore' }).status === 0;
}
