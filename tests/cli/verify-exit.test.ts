import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resultOf } from '../../src/cli/actions/verify.ts';
import { exitStatusOf } from '../../src/cli/exit.ts';
import type { Verified } from '../../src/runner/attempts.ts';
import { caseOf } from '../support/cases.ts';

const rwx = caseOf('rwx');
const checked = (outcome: 'passes' | 'fails' | 'does not apply'): Verified => ({
  case: rwx,
  kind: 'verified',
  checks: [{ check: 'fresh code', outcome, evidence: '' }],
});
const unavailable: Verified = { case: rwx, kind: 'unavailable', reason: '' };

const exitCodeOf = (verified: readonly Verified[]) => exitStatusOf(resultOf(verified));

test('any check that fails is status 1, nothing to check status 4', () => {
  assert.equal(exitCodeOf([checked('passes'), checked('does not apply'), unavailable]), 0);
  assert.equal(exitCodeOf([checked('passes'), checked('fails')]), 1);
  assert.equal(exitCodeOf([checked('passes'), { case: rwx, kind: 'failed', reason: '' }]), 1);
  assert.equal(exitCodeOf([unavailable]), 4);
});
