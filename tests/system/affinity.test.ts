import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { allowedCpus } from '../../src/system/cpus.ts';
import { hostArchitecture } from '../../src/system/syscalls.ts';
import { mapbench } from '../support/mapbench.ts';
import { lacking } from '../support/tools.ts';

const folder = mkdtempSync(join(tmpdir(), 'mapbench-affinity-'));
after(() => rmSync(folder, { recursive: true }));

const underFilter = join(import.meta.dirname, '../support/under-filter.ts');
const number = hostArchitecture() === 'x64' ? 204 : 123;
const EINVAL = 22;

/** As under a kernel that has more possible CPUs than a mask of that many bytes. */
function runRefused(bytes: number, parameters: readonly string[]) {
  const refusal = JSON.stringify({ number, args: { 1: bytes }, errno: EINVAL });
  const words = ['--import', 'tsx', underFilter, refusal, ...parameters];
  return spawnSync(process.execPath, words, { encoding: 'utf8' });
}

test('where a kernel may have more than 1,024 CPUs, a larger mask is asked for', () => {
  const { status, stdout, stderr } = runRefused(128, ['run', '-s', 'memfd', '--forks', '1', '--time', '5']);
  assert.match(stdout, /^memfd +\[/m, stderr);
  assert.equal(status, 0);
});

test('so does the C', { skip: lacking('cc') }, () => {
  const [source, program] = [join(folder, 'memfd.c'), join(folder, 'memfd')];
  writeFileSync(source, mapbench(['show', 'memfd', '--lang', 'c']).stdout);
  const built = spawnSync('cc', ['-O2', source, '-o', program], { encoding: 'utf8' });
  assert.equal(built.status, 0, built.stderr);
  const cpu = String(allowedCpus().at(-1));
  const { status, stdout, stderr } = runRefused(128, ['--', program, cpu, '1', '3']);
  assert.match(stdout, /^memfd: [\d.]+ ns\/iteration/, stderr);
  assert.equal(status, 0);
});
