import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, realpathSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** Packages that verify and run do without. */
const notNeeded = /node_modules\/(esbuild|@esbuild)/;

/**
 * Makes a compressed initramfs at `file`, with Node, the built project and busybox, whose package is unpacked
 * in `busybox`.
 */
export function makeInitramfs(file: string, project: string, busybox: string): void {
  const root = `${file}.d`;
  rmSync(root, { recursive: true, force: true });
  mkdirSync(join(root, 'bin'), { recursive: true });
  for (const name of ['proc', 'sys', 'dev', 'tmp']) mkdirSync(join(root, name));
  cpSync(join(busybox, 'bin/busybox'), join(root, 'bin/busybox'));
  copyProgram(process.execPath, root, 'bin/node');
  for (const name of ['bin', 'dist', 'package.json'])
    cpSync(join(project, name), join(root, 'mapbench', name), { recursive: true });
  for (const folder of dependenciesOf(project))
    cpSync(folder, join(root, 'mapbench', relative(project, folder)), { recursive: true });
  cpSync(join(import.meta.dirname, 'summary.mjs'), join(root, 'mapbench/summary.mjs'));
  cpSync(join(import.meta.dirname, 'init.sh'), join(root, 'init'));
  const pack = 'find . | cpio --quiet -o -H newc -R 0:0 | gzip -1 > "$1"';
  execFileSync('sh', ['-c', `chmod 755 init && ${pack}`, 'sh', file], { cwd: root });
  rmSync(root, { recursive: true });
}

/** Copies a program and the libraries that it is linked to. */
function copyProgram(program: string, root: string, to: string): void {
  cpSync(realpathSync(program), join(root, to));
  const linked = execFileSync('ldd', [program], { encoding: 'utf8' });
  for (const [, path] of linked.matchAll(/(?:=> |^\s+)(\/\S+) \(/gm)) {
    if (path === undefined) continue;
    mkdirSync(join(root, dirname(path)), { recursive: true });
    cpSync(realpathSync(path), join(root, path));
  }
}

/** Folders of the packages that the project needs when it runs. */
function dependenciesOf(project: string): string[] {
  const listed = execFileSync('npm', ['ls', '--omit=dev', '--all', '--parseable', '--silent'], {
    cwd: project,
    encoding: 'utf8',
  });
  return listed
    .split('\n')
    .filter((path) => path.includes('/node_modules/') && !notNeeded.test(path) && existsSync(path));
}
