import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { catalogue } from '../../src/strategies/catalogue.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/engines.md'), 'utf8');

test('docs/engines.md names strategies of the catalogue, and at least six engines that generate code', () => {
  const names = new Set(catalogue.map(({ name }) => name));
  const [table = ''] = page.split('\n## ').slice(0, 1);
  const rows = table
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (engine|---)/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const engines = new Set<string>();
  for (const cells of rows) {
    const [engine = '', strategies = ''] = [cells[1], cells.at(-2)];
    if (strategies === 'none' || strategies.startsWith('none;')) continue;
    for (const name of strategies.split(/ or |, /)) assert.ok(names.has(name), `${engine}: ${name}`);
    if (engine !== '') engines.add(engine);
  }
  assert.ok(engines.size >= 6, [...engines].join());
});
