import assert from 'node:assert/strict';
import { test } from 'node:test';
import { catalogue } from '../../src/strategies/catalogue.ts';
import { programOf } from '../../src/strategies/strategy.ts';
import { pageSize } from '../../src/system/page-size.ts';
import { protectionsIn } from '../../src/verification/snapshots.ts';
import type { CheckName, Subject } from '../../src/verification/verdict.ts';
import { verify } from '../../src/verification/verify.ts';
import { withHugePages } from '../support/mapbench.ts';
import { flipsNothing, keepsAll, openToAll, runsOldCode, subjectOf } from './broken.ts';

const outcomes = (subject: Subject) =>
  Object.fromEntries(verify(subject).map(({ check, outcome }) => [check, outcome]));
const evidence = (subject: Subject, wanted: CheckName) =>
  verify(subject).find(({ check }) => check === wanted)?.evidence ?? '';

const restore = withHugePages();
for (const strategy of catalogue) {
  const needsPool = strategy.name === 'hugetlb' && restore === undefined;
  test(`${strategy.name} does what it says`, {
    skip: needsPool && 'the huge page pool cannot be filled',
  }, () => {
    const program = programOf(strategy, { pages: 3, pageSize: pageSize() });
    for (const { check, outcome, evidence } of verify(subjectOf(program, strategy.wx)))
      assert.notEqual(outcome, 'fails', `${check}: ${evidence}`);
  });
}
test('the huge page pool is as it was', () => restore?.());

test('code that is not what was just written is counted', () => {
  const subject = subjectOf(runsOldCode, 'rwx');
  assert.equal(outcomes(subject)['fresh code'], 'fails');
  // All but the first iteration of each engine, two pages each, in three batches of 100 and of 5000.
  assert.match(
    evidence(subject, 'fresh code'),
    /^30596 of 30600 calls ran other code than what was just written$/,
  );
});

test('a mapping that is writable and executable at once fails where the class says never', () => {
  assert.equal(outcomes(subjectOf(openToAll, 'flip')).protections, 'fails');
  assert.match(
    evidence(subjectOf(openToAll, 'flip'), 'protections'),
    /^code is rwx after write_module\(code\): writable and executable at once, and 1 more$/,
  );
  assert.equal(outcomes(subjectOf(openToAll, 'rwx')).protections, 'passes');
});

test('a system call that changes nothing fails', () => {
  const subject = subjectOf(flipsNothing, 'rwx');
  assert.equal(outcomes(subject)['real changes'], 'fails');
  assert.match(
    evidence(subject, 'real changes'),
    /^mprotect\(code, \d+, .*\) changes nothing: it was rwx before$/,
  );
  assert.equal(outcomes(subjectOf(openToAll, 'rwx'))['real changes'], 'does not apply');
});

test('what is left mapped and open fails', () => {
  const subject = subjectOf(keepsAll, 'rwx');
  assert.equal(outcomes(subject)['nothing left'], 'fails');
  assert.match(evidence(subject, 'nothing left'), /^code is still mapped, and 1 more$/);
});

test('protections within a mapping: different ones, and holes', () => {
  const entry = (start: number, end: number, permissions: string) => ({ start, end, permissions, path: '' });
  const maps = [entry(0x1000, 0x3000, 'r-xp'), entry(0x3000, 0x4000, 'rw-p')];
  assert.deepEqual(protectionsIn(maps, 0x1000, { length: 0x2000 }), ['r-x']);
  assert.deepEqual(protectionsIn(maps, 0x2000, { length: 0x2000 }), ['r-x', 'rw-']);
  assert.deepEqual(protectionsIn(maps, 0x3000, { length: 0x2000 }), ['rw-', 'none']);
  assert.deepEqual(protectionsIn(maps, 0x9000, { length: 0x1000 }), ['none']);
});
