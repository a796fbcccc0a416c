import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { bin } from '../support/mapbench.ts';

/**
 * What is typed behind `mapbench`, and the words that it is after the tab key, where one candidate is left.
 */
export const typed: [line: string, words: string[]][] = [
  ['ru', ['run']],
  ['run --strategy memfd_remap reuse_lo', ['run', '--strategy', 'memfd_remap', 'reuse_lock']],
  ['run -s memfd,reuse_lo', ['run', '-s', 'memfd,reuse_lock']],
  ['run -s @eng', ['run', '-s', '@engines']],
  ['run -s memfd,@eng', ['run', '-s', 'memfd,@engines']],
  ['run --engine f', ['run', '--engine', 'ffi']],
  ['run --engine=f', ['run', '--engine=ffi']],
  ['run --rigor', ['run', '--rigorous']],
  ['run -o mine.j', ['run', '-o', 'mine.json']],
  ['run -s ./mine.t', ['run', '-s', './mine.ts']],
  ['run --export csv=mine.j', ['run', '--export', 'csv=mine.json']],
  ['help exit', ['help', 'exit-status']],
];

/** A folder with two files, and a `mapbench` on the PATH that completes and otherwise prints its words. */
export function shellFolder(t: TestContext) {
  const path = mkdtempSync(join(tmpdir(), 'mapbench-shell-'));
  t.after(() => rmSync(path, { recursive: true }));
  const program = join(path, 'mapbench');
  writeFileSync(
    program,
    `#!/bin/sh
case $1 in complete | completion) exec '${process.execPath}' '${bin}' "$@" ;; esac
printf '\\n<'; printf '%s|' "$@"; echo '>'
`,
  );
  chmodSync(program, 0o755);
  for (const name of ['mine.ts', 'mine.json']) writeFileSync(join(path, name), '');
  const env = {
    ...process.env,
    HOME: path,
    PATH: `${path}:${process.env.PATH}`,
    TERM: 'dumb',
    LC_ALL: 'C.UTF-8',
  };
  return (command: string, parameters: readonly string[], input = '') =>
    spawnSync(command, parameters, { cwd: path, encoding: 'utf8', input, env, timeout: 60_000 }).stdout;
}

/**
 * Types lines into a shell on a terminal, with a tab behind each, and returns the words that came of them.
 */
export function typeInto(t: TestContext, shell: string, setup: string, lines: readonly string[]): string[][] {
  const keys = [setup, ...lines.map((line) => `mapbench ${line}\t`), 'exit', ''].join('\n');
  const shown = shellFolder(t)('script', ['-qec', shell, '/dev/null'], keys);
  return [...shown.matchAll(/^<(.*)\|>/gm)].map(([, words = '']) => words.split('|'));
}
