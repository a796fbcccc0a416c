import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explanationOf, renderExplanation } from '../../src/report/terminal/explanation.ts';
import { merged } from '../../src/report/terminal/histogram.ts';
import { bar } from '../../src/report/terminal/instruments.ts';
import { renderRun } from '../../src/report/terminal/table.ts';
import { renderEntropy, renderVerification } from '../../src/report/terminal/verification.ts';
import type { MeasuredCase, Phases } from '../../src/results/document.ts';
import { findStrategy } from '../../src/strategies/catalogue.ts';
import { programOf } from '../../src/strategies/strategy.ts';
import { documentOf, forkOf, host, measured } from '../results/sample-document.ts';

const plain = { color: false, width: 100 };

const phases: Phases = {
  forks: 5,
  reading: 12.34,
  iteration: 4000,
  steps: [
    { number: 1, name: 'mmap', text: 'mmap(…)', point: 1000, low: 990, high: 1010 },
    { number: 2, name: 'write_module', text: 'write_module(code)', point: 2500, low: 2400, high: 2600 },
    { number: 3, name: 'munmap', text: 'munmap(…)', point: 500, low: 490, high: 510 },
  ],
  writeWindow: { nanoseconds: 2500, share: 0.625, executable: 'no' },
};

test('a bar is as long as its fraction, to an eighth of a column', () => {
  assert.deepEqual(
    [bar(0, 4), bar(0.5, 4), bar(1, 4), bar(0.28125, 4), bar(7, 4)],
    ['', '██', '████', '█▏', '████'],
  );
});

test('phases: a line a step, what was taken off, and how much of the iteration they are', () => {
  const text = renderRun(documentOf([measured('naive', [3900, 4000, 4200], { phases })]), plain);
  assert.match(
    text,
    /^naive\/pages=4: the steps take 4\.000 µs, 100 % of the iteration; 12\.34 ns taken off each for reading\n {2}the counter$/m,
  );
  assert.match(text, /^ {2}mmap {11}1\.000 µs {2}25 % {2}█{7}▌$/m);
  assert.match(text, /^ {2}write_module {3}2\.500 µs {2}6[23] % {2}█{18}▊$/m);
  assert.match(text, /writable\n/);
  assert.match(text, /^naive .* 63 %$/m);
});

/** A run of memfd as long as a run can print: many steps, a wide histogram, everything counted or nothing. */
function explained(steps: number, buckets: number, counters: MeasuredCase['counters']) {
  const strategy = findStrategy('memfd');
  assert.ok(strategy);
  const program = programOf(strategy, { pages: 4, pageSize: 4096 });
  const many = Array.from({ length: steps }, (_, index) => ({
    ...{ number: index + 1, name: `step${index % 20}`, text: `step${index}(code)` },
    ...{ point: 10 + index, low: 9, high: 11 },
  }));
  const counts = Array.from({ length: buckets }, (_, index): [number, number] => [
    Math.round(100 * 1.19 ** index),
    index < 12 ? 10_000 : 1,
  ]);
  const each = measured('memfd', [340, 347, 414], {
    ...{ counters, wx: 'dual' },
    phases: { ...phases, steps: many, iteration: 1000 },
    latency: { forks: 5, reading: 10, counts },
  });
  return { title: 'memfd: x', listing: 'setup, once', program, document: documentOf([each]) };
}

test('an explanation fits one screen, whatever was measured; --verbose has the rest', () => {
  const missing = Object.fromEntries(
    Array.from({ length: 9 }, (_, index) => [`counter-${index}`, 'no PMU here; measure on bare metal']),
  );
  const none = { minorFaultsPerIteration: 0, majorFaultsPerIteration: 0, missing };
  const perIteration = Object.fromEntries(
    Array.from({ length: 9 }, (_, index) => [`event-${index}`, index + 1]),
  );
  const all = { minorFaultsPerIteration: 4, majorFaultsPerIteration: 1, perIteration };
  for (const subject of [explained(2, 90, none), explained(60, 90, none), explained(60, 4, all)]) {
    const lines = renderExplanation(subject, { color: false, width: 80 }).split('\n');
    assert.ok(lines.length <= 50, lines.join('\n'));
    assert.deepEqual(
      lines.filter((line) => / 0\.00? % /.test(line)),
      [],
    );
    for (const name of ['one iteration', 'Why', 'memfd/pages=4: the steps take'])
      assert.ok(
        lines.some((line) => line.startsWith(name)),
        name,
      );
  }
  const verbose = renderExplanation(explained(60, 90, none), { color: false, width: 80, verbose: true });
  assert.ok(verbose.split('\n').length > 130);
  assert.match(verbose, /^setup, once$/m);
  assert.match(verbose, /counter-8/);
});

test('steps that do not add up are said to overlap', () => {
  const of = (iteration: number) =>
    renderRun(documentOf([measured('naive', [1, 2, 3], { phases: { ...phases, iteration } })]), plain);
  for (const iteration of [4000 / 0.68, 4000 / 1.2]) assert.match(of(iteration), /they need not add\s+up\)/);
  assert.doesNotMatch(of(4200), /add\s+up/);
});

test('a merged histogram has the same counts in a few rows, and none of next to nothing', () => {
  const buckets = Array.from({ length: 60 }, (_, index) => ({
    ...{ from: 2 ** (index / 4), to: 2 ** ((index + 1) / 4) },
    count: index >= 8 && index < 30 ? 1000 * (index + 1) : index % 3,
  }));
  const total = (of: typeof buckets) => of.reduce((sum, { count }) => sum + count, 0);
  for (const rows of [3, 5, 8, 12]) {
    const few = merged(buckets, rows);
    assert.ok(few.length <= rows && few.length >= 1, `${rows}: ${few.length}`);
    assert.equal(total(few), total(buckets));
    assert.ok(few.every(({ count }) => count / total(buckets) >= 0.001));
    assert.ok(few.every((each, index) => index === 0 || (few[index - 1]?.to ?? 0) <= each.from));
    assert.equal(few.at(-1)?.to, buckets.findLast(({ count }) => count > 0)?.to);
  }
  assert.deepEqual(merged([], 5), []);
});

test('the write window names what can run the code meanwhile', () => {
  const through = (executable: NonNullable<Phases['writeWindow']>['executable']) =>
    renderRun(
      documentOf([
        measured('x', [1, 2, 3], {
          phases: { ...phases, writeWindow: { nanoseconds: 2, share: 1, executable } },
        }),
      ]),
      plain,
    );
  assert.match(through('alias'), /100 %, alias$/m);
  assert.match(through('same mapping'), /100 %, itself$/m);
});

test('counters: a column for what is not zero, and one line for what is missing', () => {
  const counters = {
    minorFaultsPerIteration: 4,
    majorFaultsPerIteration: 0,
    perIteration: { userTime: 1234, tlbShootdowns: 0.0001, pgreuse: 2.5 },
    mappings: { before: 91, after: 93 },
    missing: { 'cycles-user': 'no PMU here', 'cycles-kernel': 'no PMU here' },
  };
  const text = renderRun(documentOf([measured('reuse', [1, 2, 3], { counters })]), plain, { counters: true });
  assert.match(text, /^an iteration +minor +user +pgreuse +VMAs$/m);
  assert.match(text, /^reuse\/pages=4 +4\.00 +1\.234 µs +2\.50 +91 → 93$/m);
  assert.match(text, /^not counted: cycles-user, cycles-kernel: no PMU here$/m);
});

test('latency: percentiles and a histogram', () => {
  const latency = {
    forks: 5,
    reading: 10,
    counts: [
      [100, 980],
      [120, 10],
      [9000, 10],
    ] as [number, number][],
  };
  const text = renderRun(documentOf([measured('rwx', [90, 100, 110], { latency })]), plain);
  assert.match(text, /^one iteration +p50 +p90 +p99 +p99\.9 +max +iterations$/m);
  assert.match(text, /^rwx\/pages=4 +100\.0 ns +100\.0 ns +120\.0 ns +9\.\d+ µs +9\.\d+ µs +1000$/m);
  assert.match(text, /█/);
});

test('sizes: a model in words, a crossing and a chart', () => {
  const at = (strategy: string, pages: number, time: number): MeasuredCase =>
    measured(strategy, [time, time, time], {
      id: `${strategy}/pages=${pages}`,
      pages,
      forks: [forkOf([time]), forkOf([time])],
    });
  const sizes = [1, 2, 4, 8, 16];
  const cases = sizes.flatMap((pages) => [
    at('naive', pages, 1000 + 300 * pages),
    at('memfd', pages, 400 * pages),
  ]);
  const text = renderRun(documentOf(cases), plain);
  assert.match(
    text,
    /^naive: 1\.000 µs \+ 300\.0 ns a page \[300\.0 ns 300\.0 ns\]; R² 1\.0000, at most 0\.0 % off/m,
  );
  assert.match(text, /^naive is faster|^memfd is faster up to about 10 pages, naive beyond$/m);
  assert.doesNotMatch(renderRun(documentOf(cases.slice(0, 4)), plain), /a page/);
});

test('verification: a table, and why something fails', () => {
  const result = (check: string, outcome: 'passes' | 'fails' | 'does not apply', evidence: string) => ({
    check,
    outcome,
    evidence,
  });
  const rows = [
    {
      id: 'memfd/pages=4',
      checks: [result('fresh code', 'passes', '600 calls'), result('real changes', 'does not apply', 'none')],
    },
    {
      id: 'reuse/pages=4',
      checks: [
        result('fresh code', 'fails', '3 of 600 calls'),
        result('real changes', 'passes', 'each of 2'),
      ],
    },
    { id: 'hugetlb/pages=4', status: 'unavailable' as const, reason: 'the pool is empty' },
  ];
  const text = renderVerification(rows, plain);
  assert.match(text, /^memfd\/pages=4 +passes +-$/m);
  assert.match(text, /^reuse\/pages=4 +FAILS +passes$/m);
  assert.match(text, /^reuse\/pages=4: fresh code: 3 of 600 calls$/m);
  assert.match(text, /^hugetlb\/pages=4: unavailable: the pool is empty$/m);
  assert.doesNotMatch(text, /600 calls\nmemfd/);
  assert.match(
    renderVerification(rows, plain, { verbose: true }),
    /^memfd\/pages=4: fresh code: 600 calls$/m,
  );
});

test('entropy: of every mapping and of the distance of two', () => {
  const code = Array.from({ length: 30 }, (_, index) => BigInt((index * 2654435761) % 2 ** 20) << 12n);
  const addresses = new Map([
    ['code', code],
    ['view', code.map((address) => address - 0x4000n)],
  ]);
  const text = renderEntropy([{ id: 'memfd', addresses }], plain);
  assert.match(text, /^memfd +code +\d+(\.\d)? bits +30$/m);
  assert.match(text, /^memfd +code - view +0 bits +30$/m);
});

const evidenceFor = (name: string, faults: number, kernel: string, more: Partial<MeasuredCase> = {}) => {
  const strategy = findStrategy(name);
  assert.ok(strategy);
  const counters = { minorFaultsPerIteration: faults, majorFaultsPerIteration: 0 };
  return explanationOf({
    program: programOf(strategy, { pages: 4, pageSize: 4096 }),
    measured: measured(name, [900, 1000, 1100], { counters, ...more }),
    host: { ...host, kernel },
  }).join('\n');
};

test('the same strategy is explained differently where something else was measured', () => {
  assert.match(
    evidenceFor('reuse', 0, '6.18.44'),
    /^It takes 0\.00 page faults an iteration on Linux 6\.18\.44: since 6\.0/m,
  );
  assert.match(
    evidenceFor('reuse', 4, '5.15.0'),
    /^It takes 4\.00 page faults an iteration on Linux 5\.15\.0: before Linux 6\.0/m,
  );
  assert.match(evidenceFor('reuse', 4, '6.1.0'), /something keeps its pages from being owned/);
  assert.match(evidenceFor('reuse_shared', 0, '5.15.0'), /shared memory is never copied on write/);
  assert.match(evidenceFor('naive', 4, '6.1.0'), /each iteration maps fresh memory/);
  assert.doesNotMatch(evidenceFor('naive', 0, '6.1.0'), /maps fresh memory/);
  assert.match(evidenceFor('hugetlb', 3.9, '6.1.0'), /private huge pages.*inferred to be stale/);
  assert.doesNotMatch(evidenceFor('hugetlb', 1, '6.1.0'), /stale/);
});

test('what is inferred is said to be, until it is counted', () => {
  assert.match(evidenceFor('rwx', 0, '6.18.44'), /inferred: this host shows no such counter/);
  const counters = {
    minorFaultsPerIteration: 0,
    majorFaultsPerIteration: 0,
    perIteration: { 'machine-clears-smc': 4 },
  };
  assert.match(
    evidenceFor('rwx', 0, '6.18.44', { counters }),
    /4\.00 machine clears an iteration were counted/,
  );
});

test('phases and latency of this run are put into words', () => {
  const latency = {
    forks: 5,
    reading: 10,
    counts: [
      [100, 980],
      [300, 20],
    ] as [number, number][],
  };
  const text = evidenceFor('naive', 4, '6.1.0', { phases, latency });
  assert.match(text, /^Most of it is write_module\(code\): 2\.500 µs, 6[23] %\.$/m);
  assert.match(
    text,
    /^Its code can be written for 63 % of an iteration \(2\.500 µs\), while nothing can run it\.$/m,
  );
  assert.match(text, /^One iteration in 100 takes 300\.0 ns or more, 3\.00x the median of 100\.0 ns/m);
});
