/**
 * Boots other kernels in QEMU and runs mapbench in them: `npx tsx scripts/kernels/main.ts [--check]
 * [series…]`, after `npm run build`. Writes results/kernels/<series>.json, from which scripts/kernels/page.ts
 * makes docs/kernels.md; with --check compares with these instead, and exits with 1 where something differs.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { downloadPackages, packageNames } from '../../src/target/debian.ts';
import { boot, type KernelResult } from './boot.ts';
import { differencesOf } from './differences.ts';
import { makeInitramfs } from './initramfs.ts';
import { type Kernel, kernels, newestOf } from './kernels.ts';

const project = join(import.meta.dirname, '../..');
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'mapbench/kernels');
const results = join(project, 'results/kernels');

const words = process.argv.slice(2);
const isCheck = words.includes('--check');
const wanted = words.filter((word) => word !== '--check');
const chosen = kernels.filter(({ series }) => wanted.length === 0 || wanted.includes(series));

mkdirSync(cache, { recursive: true });
mkdirSync(results, { recursive: true });
const busybox = unpack('bookworm', 'busybox-static');
const initramfs = join(cache, 'initramfs.gz');
makeInitramfs(initramfs, project, busybox);

for (const kernel of chosen) {
  const startedAt = performance.now();
  const result = await boot({
    vmlinuz: vmlinuzOf(kernel),
    initramfs,
    log: join(cache, `${kernel.series}.log`),
  });
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  const available = result.cases.filter(({ status }) => status === 'measured').length;
  console.log(
    `${kernel.series}: Linux ${result.kernel}: ${available} of ${result.cases.length} strategies run; ${seconds} s`,
  );
  settle(kernel, result);
}

/** Keeps a result, or compares it with the one that is kept. */
function settle({ series }: Kernel, result: KernelResult): void {
  const file = join(results, `${series}.json`);
  if (!isCheck) {
    writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
    return;
  }
  const known = JSON.parse(readFileSync(file, 'utf8')) as KernelResult;
  const differences = differencesOf(known, result);
  for (const difference of differences) console.error(`${series}: ${difference}`);
  if (differences.length > 0) process.exitCode = 1;
}

/** The kernel's image, from the newest of its packages: in /boot, or with the modules. */
function vmlinuzOf({ suite, packages }: Kernel): string {
  const name = newestOf(packageNames(join(cache, suite), suite, packages));
  const folder = unpack(suite, name);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const image = files.find((file) => basename(file).startsWith('vmlinuz'));
  if (image === undefined) throw new Error(`${name} holds no kernel`);
  return join(folder, image);
}

/** Downloads and unpacks a package once, and returns the folder. */
function unpack(suite: string, name: string): string {
  const folder = join(cache, suite, name);
  if (existsSync(folder)) return folder;
  const debs = downloadPackages(join(cache, suite), suite, [name]);
  const deb = debs.find((path) => path.includes(`/${name}_`));
  if (deb === undefined) throw new Error(`apt-get download ${name} has left no package`);
  execFileSync('dpkg', ['-x', deb, folder]);
  return folder;
}
