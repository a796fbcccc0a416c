import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exporters } from '../../src/results/export/exporters.ts';
import { exportFormats } from '../../src/results/export/formats.ts';

test('the formats of the command line are those that there are exporters for', () => {
  assert.deepEqual(
    exporters.map(({ name }) => name),
    [...exportFormats],
  );
});
