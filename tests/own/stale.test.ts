import assert from 'node:assert/strict';
import { test } from 'node:test';
import { folderOf } from './folder.ts';

/**
 * A mistake that is easily made: pages of a private mapping that were stored to no longer follow their file.
 */
const privateCopy = `import { defineStrategy, EXEC, PRIVATE, READ, WRITE } from 'mapbench';

export default defineStrategy({
  name: 'private_copy',
  summary: 'writes to the file behind pages that were copied',
  wx: 'rwx',
  needs: 'nothing',
  define({ setup, iterate, size }) {
    const fd = setup.memfdCreate('code', 0);
    setup.ftruncate(fd, size);
    const code = setup.mmap({ length: size, prot: READ | WRITE | EXEC, flags: PRIVATE, fd });
    setup.writeModule(code);
    iterate.pwriteModule(fd);
    iterate.executeModule(code);
  },
});
`;

for (const engine of ['native', 'ffi']) {
  test(`a strategy that runs other code than it loaded is failed by the ${engine} engine`, (t) => {
    const folder = folderOf(t, { 'mine.ts': privateCopy });
    const { status, stdout, stderr } = folder.mapbench(
      ...['run', '-s', './mine.ts', '--engine', engine, '--workload', 'stamp'],
      ...['--forks', '1', '--time', '5', '--pages', '1', '--format', 'json'],
    );
    assert.equal(status, 1, stderr);
    const [only] = JSON.parse(stdout).cases;
    assert.equal(only.status, 'failed');
    assert.match(only.reason, /(\d+) of \1 results were not those of the code that had been loaded/);
  });
}
