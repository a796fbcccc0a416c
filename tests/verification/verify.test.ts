import assert from 'node:assert/strict';
import { test } from 'node:test';
import { catalogue } from '../../src/strategies/catalogue.ts';
import { programOf } from '../../src/strategies/strategy.ts';
import { pageSize } from '../../src/system/page-size.ts';
import { protectionsIn, stretchesIn, within } from '../../src/verification/snapshots.ts';
import type { CheckName, Subject } from '../../src/verification/verdict.ts';
import { verify } from '../../src/verification/verify.ts';
import { cannotRun } from '../support/host.ts';
import { withHugePages } from '../support/mapbench.ts';
import { flipsNothing, keepsAll, openToAll, runsOldCode, subjectOf } from './broken.ts';

const outcomes = (subject: Subject) =>
  Object.fromEntries(verify(subject).map(({ check, outcome }) => [check, outcome]));
const evidence = (subject: Subject, wanted: CheckName) =>
  verify(subject).find(({ check }) => check === wanted)?.evidence ?? '';

const restore = withHugePages();
for (const strategy of catalogue) {
  test(`${strategy.name} does what it says`, { skip: cannotRun(strategy, restore) }, () => {
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

test('what lies in a mapping: different protections, holes, parts of files', () => {
  const entry = (start: number, end: number, permissions: string, offset = 0) => ({
    start,
    end,
    permissions,
    offset,
    path: '',
  });
  const maps = [entry(0x1000, 0x3000, 'r-xp', 0x5000), entry(0x3000, 0x4000, 'rw-p')];
  const protections = (address: number, length: number) =>
    protectionsIn(stretchesIn(maps, address, { length }));
  assert.deepEqual(protections(0x1000, 0x2000), ['r-x']);
  assert.deepEqual(protections(0x2000, 0x2000), ['r-x', 'rw-']);
  assert.deepEqual(protections(0x3000, 0x2000), ['rw-', 'none']);
  assert.deepEqual(protections(0x9000, 0x1000), ['none']);
  const [first] = stretchesIn(maps, 0x2000, { length: 0x2000 });
  assert.deepEqual(first, { offset: 0, length: 0x1000, protection: 'r-x', fileOffset: 0x6000 });
  const parts = within(stretchesIn(maps, 0x1000, { length: 0x3000 }), { offset: 0x1000, length: 0x1800 });
  assert.deepEqual(
    parts.map(({ offset, length, fileOffset }) => [offset, length, fileOffset]),
    [
      [0x1000, 0x1000, 0x6000],
      [0x2000, 0x800, 0],
    ],
  );
});
