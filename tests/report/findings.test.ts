import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findingsOf } from '../../src/report/terminal/remarks.ts';
import { renderRun } from '../../src/report/terminal/table.ts';
import type { MeasuredCase } from '../../src/results/document.ts';
import { createRandom } from '../../src/statistics/random.ts';
import { documentOf, forkOf, measured } from '../results/sample-document.ts';

const random = createRandom(2);
const near = (value: number, spread: number) => value * (1 + spread * (random.next() - 0.5));
const forksOf = (levels: readonly number[], within = 0.01) =>
  levels.map((level) => forkOf(Array.from({ length: 10 }, () => near(level, within))));
const levels = (of: (index: number) => number) => Array.from({ length: 20 }, (_, index) => of(index));
const interval = [990, 1000, 1010] as const;
const sentences = (...cases: MeasuredCase[]) =>
  findingsOf(cases, ({ strategy }) => strategy).map(({ subject, sentence }) => `${subject}: ${sentence}`);

test('a good measurement needs no words', () => {
  assert.deepEqual(
    sentences(measured('rwx', interval, { forks: forksOf(levels(() => near(1000, 0.02))) })),
    [],
  );
});

test('wide intervals are told with their cause and what would narrow them', () => {
  const wide = [900, 1000, 1100] as const;
  const differ = forksOf(levels(() => near(1000, 0.5)));
  assert.deepEqual(sentences(measured('rwx', wide, { forks: differ }), measured('reuse', interval)), [
    'wide intervals: rwx ±10 %, because processes differ; --forks 80 would make it about ±5.0 %',
  ]);
  const noisy = forksOf(
    levels(() => 1000),
    0.9,
  );
  const two = sentences(measured('rwx', wide, { forks: noisy }), measured('memfd', wide, { forks: noisy }));
  assert.match(
    two.join(),
    /^wide intervals: rwx ±10 %, memfd ±10 %, because samples differ; a longer --time, or/,
  );
  const [alone] = sentences(measured('rwx', wide, { forks: noisy.slice(0, 1) }));
  assert.match(alone ?? '', /one process says nothing of others; use --forks/);
});

test('drift, two groups and severe outliers are told', () => {
  const sentencesOf = (forks: ReturnType<typeof forksOf>) =>
    sentences(measured('rwx', interval, { forks })).join('\n');
  assert.match(
    sentencesOf(forksOf(levels((index) => 1000 + 10 * index))),
    /^drift: rwx rose by 1[67] % from the first fork/,
  );
  assert.match(
    sentencesOf(forksOf(levels((index) => (index % 3 === 0 ? 1500 : 1000)))),
    /^two groups of forks: rwx 13 around (999\.\d ns|1\.00\d µs), 7 around 1\.(49|50)\d µs: a median moves/,
  );
  const spiky = levels(() => 1000).map(() =>
    forkOf([...Array.from({ length: 8 }, () => near(1000, 0.01)), 5000, 6000]),
  );
  assert.match(sentencesOf(spiky), /^outliers: rwx 20 % of the samples are severe outliers/);
});

test('what several cases show is one remark, the clearest first', () => {
  const rising = (slope: number) => forksOf(levels((index) => 1000 + slope * index));
  const cases = [5, 10, -10].map((slope, index) =>
    measured(['rwx', 'memfd', 'reuse'][index] ?? '', interval, { forks: rising(slope) }),
  );
  const [only, ...more] = sentences(...cases);
  assert.deepEqual(more, []);
  assert.match(
    only ?? '',
    /^drift: reuse fell by \d+ %, memfd rose by \d+ %, rwx rose by [\d.]+ % from the first fork to the last: .*ratios/,
  );
  const many = Array.from({ length: 9 }, (_, index) =>
    measured(`s${index}`, interval, { forks: rising(10) }),
  );
  assert.match(sentences(...many).join('\n'), /^drift: .* and 3 more from the first fork/);
});

test('the run says them below its table, and --verbose adds where the variance comes from', () => {
  const forks = forksOf(levels(() => near(1000, 0.5)));
  const mean = { unit: 'ns/iter' as const, low: 900, point: 1001, high: 1100, confidence: 0.95 };
  const document = documentOf([measured('rwx', [900, 1000, 1100], { forks, mean })]);
  const terminal = { color: false, width: 120 };
  const plain = renderRun(document, terminal);
  assert.match(plain, /^wide intervals: rwx ±10 %/m);
  assert.doesNotMatch(plain, /between forks/);
  const verbose = renderRun(document, terminal, { verbose: true });
  assert.match(verbose, /^case +mean +sd between forks +sd within +samples$/m);
  assert.match(verbose, /^rwx\/pages=4 +\[0\.9000 µs 1\.001 µs .*\] +1\d % +0\.\d+ % +200$/m);
});

test('outliers are counted in criterion’s classes', () => {
  const forks = [forkOf([10, 11, 12, 13, 14, 15, 100]), forkOf([10, 11, 12, 13, 14, 15, 16])];
  const text = renderRun(
    documentOf([measured('rwx', interval, { forks })]),
    { color: false, width: 120 },
    { verbose: true },
  );
  assert.match(
    text,
    /^rwx\/pages=4: found 1 outliers among 14 measurements \(7\.14%\)\n {2}1 \(7\.14%\) high severe$/m,
  );
});

test('where forks fall into two groups, or far too many were needed, no number of forks is advised', () => {
  const two = forksOf(levels((index) => (index % 3 === 0 ? 1500 : 1000)));
  const [wide] = sentences(measured('rwx', [900, 1000, 1400], { forks: two }));
  assert.match(wide ?? '', /^wide intervals: rwx ±25 %, because the forks fall into two groups; run again/);
  const differ = forksOf(levels(() => near(1000, 0.5)));
  const [far] = sentences(measured('rwx', [600, 1000, 1400], { forks: differ }));
  assert.match(far ?? '', /^wide intervals: rwx ±40 %; run again on a quiet machine/);
});
