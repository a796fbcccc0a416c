import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Program } from '../../src/program/ir.ts';
import { catalogue } from '../../src/strategies/catalogue.ts';
import { programOf, type WxClass } from '../../src/strategies/strategy.ts';
import { pageSize } from '../../src/system/memory.ts';
import type { CheckName, CheckResult } from '../../src/verification/check-result.ts';
import { protectionsIn, rangesIn, within } from '../../src/verification/snapshots.ts';
import { verify } from '../../src/verification/verify.ts';
import { cannotRun } from '../support/host.ts';
import { withHugePages } from '../support/mapbench.ts';
import { withStub } from '../support/stub.ts';
import { flipsNothing, keepsAll, openToAll, runsOldCode, subjectOf } from './broken.ts';

/** What the checks say of a program, each in a stub of its own. */
async function resultsOf(program: Program, wx: WxClass): Promise<Record<CheckName, CheckResult>> {
  const results = await withStub((target) => verify(subjectOf(target, program, wx)));
  return Object.fromEntries(results.map((each) => [each.check, each])) as Record<CheckName, CheckResult>;
}

const restore = withHugePages();
after(() => restore?.());

for (const strategy of catalogue) {
  test(`${strategy.name} does what it says`, { skip: cannotRun(strategy, restore) }, async () => {
    const program = programOf(strategy, { pages: 3, pageSize: pageSize() });
    for (const { check, outcome, evidence } of Object.values(await resultsOf(program, strategy.wx)))
      assert.notEqual(outcome, 'fails', `${check}: ${evidence}`);
  });
}

test('code that is not what was just written is counted', async () => {
  const { 'fresh code': result } = await resultsOf(runsOldCode, 'rwx');
  assert.equal(result.outcome, 'fails');
  // All but the first iteration of each way to run it, two pages each, in three batches of 30 and of 5000.
  assert.equal(result.evidence, '30176 of 30180 calls ran other code than what was just written');
});

test('a mapping that is writable and executable at once fails where the class says never', async () => {
  const { protections } = await resultsOf(openToAll, 'flip');
  assert.equal(protections.outcome, 'fails');
  assert.equal(
    protections.evidence,
    'code is rwx after write_module(code): writable and executable at once, and 1 more',
  );
  assert.equal((await resultsOf(openToAll, 'rwx')).protections.outcome, 'passes');
});

test('a system call that changes nothing fails', async () => {
  const { 'real changes': result } = await resultsOf(flipsNothing, 'rwx');
  assert.equal(result.outcome, 'fails');
  assert.match(result.evidence, /^mprotect\(code, \d+, .*\) changes nothing: it was rwx before$/);
  assert.equal((await resultsOf(openToAll, 'rwx'))['real changes'].outcome, 'does not apply');
});

test('what is left mapped and open fails', async () => {
  const { 'nothing left': result } = await resultsOf(keepsAll, 'rwx');
  assert.equal(result.outcome, 'fails');
  assert.match(result.evidence, /^[0-9a-f]+-[0-9a-f]+ rwxs is still mapped, and 1 more$/);
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
  const protections = (address: number, length: number) => protectionsIn(rangesIn(maps, address, { length }));
  assert.deepEqual(protections(0x1000, 0x2000), ['r-x']);
  assert.deepEqual(protections(0x2000, 0x2000), ['r-x', 'rw-']);
  assert.deepEqual(protections(0x3000, 0x2000), ['rw-', 'none']);
  assert.deepEqual(protections(0x9000, 0x1000), ['none']);
  const [first] = rangesIn(maps, 0x2000, { length: 0x2000 });
  assert.deepEqual(first, { offset: 0, length: 0x1000, protection: 'r-x', fileOffset: 0x6000 });
  const parts = within(rangesIn(maps, 0x1000, { length: 0x3000 }), { offset: 0x1000, length: 0x1800 });
  assert.deepEqual(
    parts.map(({ offset, length, fileOffset }) => [offset, length, fileOffset]),
    [
      [0x1000, 0x1000, 0x6000],
      [0x2000, 0x800, 0],
    ],
  );
});
