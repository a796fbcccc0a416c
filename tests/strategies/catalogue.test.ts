import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exposureDuring } from '../../src/program/exposure.ts';
import { articleStrategies, catalogue } from '../../src/strategies/catalogue.ts';
import { owners } from '../../src/strategies/owners.ts';
import { programOf } from '../../src/strategies/strategy.ts';

const module = { pages: 4, pageSize: 4096 };

test('names are unique, and each strategy says its group, its needs and what helps', () => {
  assert.equal(new Set(catalogue.map(({ name }) => name)).size, catalogue.length);
  for (const { name, summary, group, needs, remedy } of catalogue) {
    assert.match(name, /^[a-z][a-z0-9_]*$/);
    assert.ok(summary.length > 10 && group !== undefined && needs !== '' && remedy !== undefined, name);
  }
});

test('who ships what is said of strategies that are there, with links to files', () => {
  const names = new Set(catalogue.map(({ name }) => name));
  for (const [name, list] of Object.entries(owners)) {
    assert.ok(names.has(name), name);
    for (const { url } of list) assert.match(url, /^https:\/\/[a-z.]+\/.+\/.+\.\w+/);
  }
});

test('the W^X class is what the steps do', () => {
  for (const strategy of catalogue) {
    const exposure = exposureDuring(programOf(strategy, module));
    const writable = exposure.filter(({ isWritable }) => isWritable);
    const reach = new Set(writable.map(({ executable }) => executable));
    const expected = {
      rwx: reach.has('same mapping'),
      dual: !reach.has('same mapping'),
      flip: writable.length > 0 && !reach.has('same mapping') && !reach.has('alias'),
      'no-write': writable.length === 0,
      unknown: false,
    }[strategy.wx];
    assert.ok(expected, `${strategy.name}: ${[...reach].join()}`);
  }
});

test('the seven of the article are what runs by default', () => {
  assert.deepEqual(articleStrategies, [
    'naive',
    'reuse',
    'reuse_lock',
    'rwx',
    'hugetlb',
    'reuse_shared',
    'memfd',
  ]);
});

test('a protection key, or a guard region, opens the window only while the module is written', () => {
  const open = (name: string) => {
    const strategy = catalogue.find((each) => each.name === name);
    assert.ok(strategy);
    return exposureDuring(programOf(strategy, module)).map(({ isWritable }) => isWritable);
  };
  // pkey_set, write, pkey_set, execute
  assert.deepEqual(open('pkey_rwx'), [false, true, true, false]);
  assert.deepEqual(open('memfd_pkey'), [false, true, true, false]);
  assert.deepEqual(open('pkey_wx'), [false, true, true, false]);
  // madvise, write, madvise, execute
  assert.deepEqual(open('memfd_viewguard'), [false, true, true, false]);
  assert.deepEqual(open('memfd_oop'), [false, false]);
});
