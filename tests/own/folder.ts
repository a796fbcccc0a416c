import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { bin } from '../support/mapbench.ts';

/** A user's folder outside the repository, where no `mapbench` is installed. */
export interface Folder {
  readonly path: string;
  /** Runs mapbench in it. */
  mapbench(...parameters: string[]): { status: number | null; stdout: string; stderr: string };
}

/** Makes a folder of files, which goes when the test ends. */
export function folderOf(t: TestContext, files: Readonly<Record<string, string>>): Folder {
  const path = mkdtempSync(join(tmpdir(), 'mapbench-own-'));
  t.after(() => rmSync(path, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), text);
  }
  return { path, mapbench: (...parameters) => mapbenchIn(path, parameters) };
}

/** Runs mapbench in a folder to its end. */
export function mapbenchIn(cwd: string, parameters: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...parameters], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: undefined, FORCE_COLOR: undefined },
  });
  return { status, stdout, stderr };
}

/** The text of a file with one strategy; `fields` are put behind its own and win. */
export function strategyText(name: string, fields = ''): string {
  return `import { ANONYMOUS, defineStrategy, EXEC, PRIVATE, READ, WRITE } from 'mapbench';

export default defineStrategy({
  name: '${name}',
  summary: 'one mapping that is both',
  wx: 'rwx',
  needs: 'a policy that allows it',
  define({ setup, iterate, size }) {
    const code = setup.mmap({ length: size, prot: READ | WRITE | EXEC, flags: PRIVATE | ANONYMOUS });
    iterate.writeModule(code);
    iterate.executeModule(code);
  },
  ${fields}
});
`;
}

/** The least that a run measures. */
export const brief = ['--forks', '1', '--time', '5', '--pages', '1'] as const;
