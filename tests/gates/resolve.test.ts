import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CaseReference } from '../../src/gates/expression.ts';
import { parseGate } from '../../src/gates/parse.ts';
import { checkCases, resolveCase, resolveMeasured } from '../../src/gates/resolve.ts';
import type { CaseResult, MeasuredCase } from '../../src/results/document.ts';
import { isOfKind } from '../../src/system/errors.ts';
import { measured, notMeasured } from '../results/sample-document.ts';
import { messageOf } from './message.ts';

const caseOf = (strategy: string, more: Partial<MeasuredCase> = {}) =>
  measured(strategy, [90, 100, 110], more);

const plain = [caseOf('memfd'), caseOf('reuse')];
const sizes = [1, 4, 16].map((pages) => caseOf('memfd', { pages }));
const engines = ['native', 'ffi'].flatMap((engine) =>
  [4, 16].map((pages) => caseOf('memfd', { engine, pages })),
);

/** The case at the start of a gate. */
function reference(text: string): CaseReference {
  const { left } = parseGate(`${text} > 0`);
  assert.equal(left.kind, 'case');
  return left as CaseReference;
}

const resolve = (cases: readonly CaseResult[], text: string) => resolveCase(cases, reference(text));
const problem = (cases: readonly CaseResult[], text: string) => messageOf(() => resolve(cases, text));

test('a strategy that was measured once is its case', () => {
  assert.equal(resolve(plain, 'reuse'), plain[1]);
  assert.equal(resolve(plain, 'reuse[pages=4, layout=guarded, workload=ret, threads=1]'), plain[1]);
});

test('conditions distinguish cases', () => {
  assert.equal(resolve(sizes, 'memfd[pages=16]'), sizes[2]);
  assert.equal(resolve(engines, 'memfd[engine=ffi, pages=4]'), engines[2]);
});

test('an unknown case: what there is', () => {
  assert.equal(problem(plain, 'memdf'), 'column 1: no case memdf in this run; there are memfd, reuse');
  assert.equal(problem(sizes, 'reuse'), 'column 1: no case reuse in this run; there is memfd');
  assert.equal(problem([], 'reuse'), 'column 1: no case reuse in this run');
  assert.equal(
    problem(plain, 'memfd[pages=8]'),
    'column 1: no case memfd[pages=8] in this run; there is memfd[pages=4]',
  );
  assert.equal(
    problem(sizes, 'memfd[engine=ffi]'),
    'column 1: no case memfd[engine=ffi] in this run; there are memfd[engine=native, pages=1], memfd[engine=native, pages=4], memfd[engine=native, pages=16]',
  );
});

test('an ambiguous case: what to write', () => {
  assert.equal(
    problem(sizes, 'memfd'),
    'column 1: memfd was measured with pages 1, 4 and 16; write memfd[pages=4]',
  );
  assert.equal(
    problem(engines, 'memfd'),
    'column 1: memfd was measured with pages 4 and 16, engine native and ffi; write memfd[pages=4, engine=ffi]',
  );
  assert.equal(
    problem(engines, 'memfd[pages=4]'),
    'column 1: memfd[pages=4] was measured with engine native and ffi; write memfd[pages=4, engine=ffi]',
  );
  assert.equal(
    problem([caseOf('memfd'), caseOf('memfd')], 'memfd'),
    'column 1: memfd is 2 cases that nothing distinguishes',
  );
});

test('what an error suggests resolves, also where a size is not known', () => {
  const cases = [caseOf('memfd', { pages: 4 }), caseOf('memfd', { pages: null })];
  const message = problem(cases, 'memfd');
  assert.equal(message, 'column 1: memfd was measured with pages 4 and unknown; write memfd[pages=unknown]');
  assert.equal(resolve(cases, 'memfd[pages=unknown]'), cases[1]);
});

test('a name from a document cannot command a terminal', () => {
  assert.equal(
    problem([caseOf('\u001b[2Jevil\n')], 'memfd'),
    'column 1: no case memfd in this run; there is evil',
  );
});

test('only a measured case has figures', () => {
  const cases = [
    ...plain,
    notMeasured('hugetlb', 'unavailable', 'mmap: ENOMEM in step 1'),
    notMeasured('rwx', 'failed', 'killed by SIGSEGV'),
  ];
  assert.equal(resolveMeasured(cases, reference('memfd')), plain[0]);
  assert.throws(
    () => resolveMeasured(cases, reference('hugetlb')),
    (error) => {
      assert.ok(isOfKind(error, 'unavailable'));
      return error.message === 'hugetlb is unavailable: mmap: ENOMEM in step 1';
    },
  );
  assert.equal(
    messageOf(() => resolveMeasured(cases, reference('rwx'))),
    'column 1: rwx failed: killed by SIGSEGV',
  );
});

test('every case of a gate is checked, with the place of the gate', () => {
  const check = (text: string, place?: string) =>
    messageOf(() => checkCases(parseGate(text, place), plain, undefined));
  assert.equal(check('memfd < 2 * -reuse'), 'no error');
  assert.equal(check('memfd < 2 * -rwx'), 'column 14: no case rwx in this run; there are memfd, reuse');
  assert.equal(
    check('1 < relative(memfd, rwx)', 'gates.txt:9'),
    'gates.txt:9:21: no case rwx in this run; there are memfd, reuse',
  );
});
