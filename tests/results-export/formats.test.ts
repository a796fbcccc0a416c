import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exportFormats } from '../../src/results/export/formats.ts';
import { exporters } from '../../src/results/export/index.ts';

test('the formats of the command line are those that there are exporters for', () => {
  assert.deepEqual(
    exporters.map(({ name }) => name),
    [...exportFormats],
  );
});
