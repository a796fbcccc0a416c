import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trendsOf } from '../../src/comparison/trends.ts';
import { renderTrends } from '../../src/report/terminal/trend.ts';
import type { ResultDocument } from '../../src/results/document.ts';
import { createRandom } from '../../src/statistics/random.ts';
import { documentOf, forkOf, host, measured, notMeasured } from '../results/sample-document.ts';

const day = (number: number) => new Date(Date.UTC(2026, 10, number, 14, 2)).toISOString();

const commitOf = (number: number) => ({
  hash: `${number}`.padEnd(40, 'abcdef'),
  dirty: false,
  subject: `Change ${number}`,
});

/** A run on a day: times of strategies in nanoseconds, each with two forks. */
function runOf(
  number: number,
  times: Readonly<Record<string, number>>,
  more: Partial<ResultDocument> = {},
): ResultDocument {
  const cases = Object.entries(times).map(([strategy, time]) =>
    measured(strategy, [time * 0.99, time, time * 1.01], {
      forks: [forkOf([time], 1), forkOf([time * 1.002], 2)],
    }),
  );
  return documentOf(cases, { createdAt: day(number), ...more });
}

/** Twenty days on which `memfd` becomes slower on the eleventh, with another kernel and commit. */
function history(): ResultDocument[] {
  const random = createRandom(1);
  const around = (time: number) => time * Math.exp(0.005 * random.normal());
  return Array.from({ length: 20 }, (_, index) => {
    const isLater = index >= 10;
    return runOf(
      index + 1,
      { rwx: around(400), memfd: around(isLater ? 1424 : 1204) },
      { host: { ...host, kernel: isLater ? '6.18.44' : '6.18.40' }, commit: commitOf(isLater ? 222 : 111) },
    );
  });
}

test('a trend a case, in the order of time, with what changed', () => {
  const [rwx, memfd, ...others] = trendsOf(history().reverse());
  assert.deepEqual(others, []);
  assert.deepEqual([rwx?.id, rwx?.changes, memfd?.id], ['rwx/pages=4', [], 'memfd/pages=4']);
  assert.deepEqual(
    memfd?.points.map(({ createdAt }) => createdAt),
    Array.from({ length: 20 }, (_, index) => day(index + 1)),
  );
  const [change, ...more] = memfd?.changes ?? [];
  assert.deepEqual(more, []);
  assert.equal(change?.at, 10);
  assert.deepEqual(change?.differences, [{ name: 'kernel', old: '6.18.40', now: '6.18.44' }]);
  assert.equal(memfd?.points[10]?.commit?.hash, commitOf(222).hash);
  assert.equal(memfd?.points[10]?.kernel, '6.18.44');
});

test('hosts that cannot be compared have trends of their own, kernels and names of hosts not', () => {
  const of = (number: number, more: Partial<typeof host>) =>
    runOf(number, { rwx: 100 }, { host: { ...host, ...more } });
  const same = [of(1, {}), of(2, { kernel: '7.0.0' }), of(3, { hostname: 'other', node: 'v22.0.0' })];
  assert.deepEqual(
    trendsOf(same).map(({ points }) => points.length),
    [3],
  );
  const others = [
    of(4, { cpu: 'another' }),
    of(5, { architecture: 'arm64' }),
    of(6, { virtualisation: null }),
    of(7, { pageSize: 16_384 }),
  ];
  assert.deepEqual(
    trendsOf([...same, ...others]).map(({ points }) => points.length),
    [3, 1, 1, 1, 1],
  );
});

test('a document that is there twice counts once, and what was not measured not at all', () => {
  const document = runOf(1, { rwx: 100 });
  const failed = documentOf([notMeasured('rwx', 'failed', 'x')], { createdAt: day(2) });
  assert.deepEqual(
    trendsOf([document, document, failed]).map(({ points }) => points.length),
    [1],
  );
  assert.deepEqual(trendsOf([]), []);
});

test('what the machine does to both cancels in multiples of the reference', () => {
  const random = createRandom(2);
  const documents = Array.from({ length: 20 }, (_, index) => {
    const machine = (index >= 10 ? 1.3 : 1) * Math.exp(0.002 * random.normal());
    return runOf(index + 1, { rwx: 100 * machine, memfd: 400 * machine });
  });
  assert.deepEqual(
    trendsOf(documents).map(({ changes }) => changes.length),
    [1, 1],
  );
  const [memfd, ...others] = trendsOf(documents, { relativeTo: 'rwx' });
  assert.deepEqual(others, []);
  assert.deepEqual([memfd?.reference, memfd?.changes], ['rwx/pages=4', []]);
  const [{ value, low, high } = { value: 0, low: 0, high: 0 }] = memfd?.points ?? [];
  assert.ok(Math.abs(value - 4) < 1e-9 && (low ?? 0) <= value && value <= (high ?? 0));
});

test('without forks a ratio is that of the estimates', () => {
  const document = documentOf([
    measured('rwx', [100, 100, 100], { forks: [] }),
    measured('memfd', [400, 400, 400], { forks: [] }),
  ]);
  const [memfd] = trendsOf([document], { relativeTo: 'rwx' });
  assert.deepEqual(
    memfd?.points.map(({ value, low, high }) => [value, low, high]),
    [[4, null, null]],
  );
});

test('a trend in the terminal: chart, marks, and the change in a sentence', () => {
  const text = renderTrends(trendsOf(history()).slice(1), { color: false, width: 200 });
  assert.match(
    text,
    /^memfd\/pages=4: 20 runs, 2026-11-01 14:02 to 2026-11-20 14:02 UTC, last 1\.4\d\d µs$/m,
  );
  assert.match(text, /^ *1\.[24] µs ┤ .*o.*─/m);
  const column = (pattern: RegExp) =>
    text
      .split('\n')
      .find((line) => pattern.test(line))
      ?.search(/[*1^]$/);
  const isOfChange = column(/^change +1$/);
  assert.ok(isOfChange !== undefined && isOfChange > 0);
  assert.deepEqual([column(/^kernel +\^$/), column(/^commit +\^$/)], [isOfChange, isOfChange]);
  assert.ok(text.split('\n').some((line) => line[isOfChange] === '*'));
  assert.match(
    text,
    /^1 2026-11-11 14:02: \+1[78]\.\d % \(p < 0\.01\) from 1\.20\d µs to 1\.42\d µs; between commit 111abcd and 222abcd "Change 222", kernel 6\.18\.40 → 6\.18\.44$/m,
  );
  assert.match(text, /^kernel 6\.18\.40, 6\.18\.44 from 2026-11-11 14:02 on$/m);
});

test('lines keep the width, and text of a document cannot reach the terminal', () => {
  const hostile = history().map((document) => ({
    ...document,
    commit: { hash: 'a'.repeat(40), dirty: true, subject: '\u001b[2Jgone\nnew line' },
  }));
  for (const width of [40, 80]) {
    const text = renderTrends(trendsOf(hostile), { color: false, width });
    assert.ok(text.split('\n').every((line) => [...line].length <= width));
    assert.ok(!text.includes('\u001b'));
  }
});

test('one run is told, few runs are said to be few', () => {
  const few = renderTrends(trendsOf([runOf(1, { rwx: 100 }), runOf(2, { rwx: 110 })]), {
    color: false,
    width: 80,
  });
  assert.match(few, /^changes are looked for in 6 runs or more; here: 2$/m);
  const one = renderTrends(trendsOf([runOf(1, { rwx: 100 })]), { color: false, width: 80 });
  assert.match(one, /^rwx\/pages=4: 1 run, 100\.0 ns at 2026-11-01 14:02 UTC$/m);
});
