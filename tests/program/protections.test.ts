import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exposureDuring } from '../../src/program/exposure.ts';
import { mappingsOf, type Protections, protectionsOf } from '../../src/program/protections.ts';
import { findStrategy } from '../../src/strategies/catalogue.ts';
import { programOf } from '../../src/strategies/strategy.ts';
import { PROT } from '../../src/system/constants.ts';

function program(name: string) {
  const strategy = findStrategy(name);
  assert.ok(strategy);
  return programOf(strategy, { pages: 1, pageSize: 4096 });
}

const { PROT_READ: R, PROT_WRITE: W, PROT_EXEC: X } = PROT;

test('the protections of a flip go round', () => {
  const { setup, iteration } = protectionsOf(program('reuse'));
  const prot = (map: Protections) => [...map.values()][0]?.[0]?.prot;
  assert.equal(prot(setup.at(-1)?.after ?? new Map()), PROT.PROT_NONE);
  assert.deepEqual(new Set(iteration.map(({ after }) => prot(after))), new Set([R | W, R | X]));
  assert.equal(prot(iteration.at(-1)?.after ?? new Map()), prot(iteration[0]?.before ?? new Map()));
});

test('a mapping of the iteration is gone at its end', () => {
  const { iteration } = protectionsOf(program('naive'));
  assert.deepEqual(
    iteration.map(({ after }) => [...after.values()].flat().map(({ prot }) => prot)),
    [[R | W], [R | W], [R | X], [R | X], []],
  );
  assert.deepEqual(
    mappingsOf(program('naive')).map(({ name }) => name),
    ['code'],
  );
});

test('what each class exposes, step by step', () => {
  const windows = (name: string) =>
    exposureDuring(program(name)).map(({ isWritable, executable }) => (isWritable ? executable : '-'));
  // map, write, flip, run, unmap: open from the end of the map to the end of the flip.
  assert.deepEqual(windows('naive'), ['-', 'no', 'no', '-', '-']);
  assert.deepEqual(windows('rwx'), ['same mapping', 'same mapping']);
  assert.deepEqual(windows('memfd'), ['alias', 'alias']);
  // The key takes one right at a time: rights, write, rights, run.
  assert.deepEqual(windows('pkey_rwx'), ['-', 'same mapping', 'same mapping', '-']);
  assert.deepEqual(windows('pkey_wx'), ['-', 'no', 'no', '-']);
});
