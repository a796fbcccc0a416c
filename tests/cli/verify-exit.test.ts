import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exitCodeOf } from '../../src/cli/verify-action.ts';
import { planCases } from '../../src/runner/plan.ts';
import type { Verified } from '../../src/runner/verify.ts';

const [rwx] = planCases(
  { strategies: ['rwx'], pages: [1], layout: 'guarded', engine: 'native', workload: 'ret' },
  4096,
);
assert.ok(rwx);
const checked = (outcome: 'passes' | 'fails' | 'does not apply'): Verified => ({
  case: rwx,
  kind: 'verified',
  verdicts: [{ check: 'fresh code', outcome, evidence: '' }],
});
const unavailable: Verified = { case: rwx, kind: 'unavailable', reason: '' };

test('any check that fails is status 1, nothing to check status 4', () => {
  assert.equal(exitCodeOf([checked('passes'), checked('does not apply'), unavailable]), 0);
  assert.equal(exitCodeOf([checked('passes'), checked('fails')]), 1);
  assert.equal(exitCodeOf([checked('passes'), { case: rwx, kind: 'failed', reason: '' }]), 1);
  assert.equal(exitCodeOf([unavailable]), 4);
});
