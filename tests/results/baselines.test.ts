import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { documentPaths, pathOfRun } from '../../src/results/baselines.ts';

const folder = mkdtempSync(join(tmpdir(), 'mapbench-baselines-'));
after(() => rmSync(folder, { recursive: true }));
for (const name of ['main-1', 'main-2', 'main-10', 'main-x', 'other', 'other-1', 'a.b-1'])
  writeFileSync(join(folder, `${name}.json`), '');
const inFolder = (...names: string[]) => names.map((name) => join(folder, `${name}.json`));

test('the name of a baseline of several runs stands for them, in their order', () => {
  assert.deepEqual(documentPaths('main', folder), inFolder('main-1', 'main-2', 'main-10'));
  assert.deepEqual(documentPaths('a.b', folder), inFolder('a.b-1'));
});

test('a baseline of one run is that one, whatever is beside it', () => {
  assert.deepEqual(documentPaths('other', folder), inFolder('other'));
  assert.throws(() => documentPaths('none', folder), /no baseline of that name/);
});

test('a pattern stands for the files of its folder', () => {
  assert.deepEqual(documentPaths(join(folder, 'main-?.json')), inFolder('main-1', 'main-2', 'main-x'));
  assert.throws(() => documentPaths(join(folder, 'no*.json')), /there is no such file/);
});

test('a run of several has a file of its own', () => {
  assert.deepEqual(
    [pathOfRun('pr.json', 1, 1), pathOfRun('pr.json', 2, 3), pathOfRun('pr', 2, 3)],
    ['pr.json', 'pr-2.json', 'pr-2.json'],
  );
});
