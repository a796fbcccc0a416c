import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { layouts } from '../../src/program/layout.ts';
import { catalogue } from '../../src/strategies/catalogue.ts';
import { mapbench, withHugePages } from '../support/mapbench.ts';

const folder = mkdtempSync(join(tmpdir(), 'mapbench-c-'));
const restore = withHugePages();
after(() => {
  rmSync(folder, { recursive: true });
  restore?.();
});

function run(command: string, parameters: string[]) {
  const { error, status, stdout, stderr } = spawnSync(command, parameters, { encoding: 'utf8' });
  assert.equal(error, undefined, `cannot run ${command}: install the Debian packages gcc and libc6-dev`);
  return { status, stdout, stderr };
}

for (const { name } of catalogue) {
  test(`${name} as C builds without a warning and prints its time, in every layout`, () => {
    for (const layout of layouts) {
      const [source, program] = [join(folder, `${name}.c`), join(folder, name)];
      writeFileSync(
        source,
        mapbench(['show', name, '--lang', 'c', '--pages', '3', '--layout', layout]).stdout,
      );
      for (const flags of [['-std=c11', '-Wextra'], ['-DLIBC']]) {
        const built = run('cc', [...flags, '-O2', '-Wall', '-Werror', source, '-o', program]);
        assert.equal(built.status, 0, built.stderr);
      }
      if (name === 'hugetlb' && restore === undefined) continue;
      const { status, stdout, stderr } = run(program, ['0', '1', '3']);
      assert.equal(status, 0, stderr);
      assert.match(
        stdout,
        new RegExp(`^${name}: [\\d.]+ ns/iteration \\(median of 3 batches of \\d+ iterations\\)\n$`),
      );
    }
  });
}

test('the C program says which call failed', () => {
  const source = mapbench(['show', 'memfd', '--lang', 'c']).stdout.replace(
    'ftruncate(fd, 16384)',
    'ftruncate(-1, 16384)',
  );
  const [file, program] = [join(folder, 'failing.c'), join(folder, 'failing')];
  writeFileSync(file, source);
  assert.equal(run('cc', ['-O2', file, '-o', program]).status, 0);
  const { status, stderr } = run(program, []);
  assert.equal(status, 1);
  assert.equal(stderr, 'memfd: ftruncate: Bad file descriptor in step 2\n');
});
