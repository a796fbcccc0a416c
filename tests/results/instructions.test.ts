import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareDocuments } from '../../src/comparison/documents.ts';
import { unitOfAll } from '../../src/comparison/matrix.ts';
import { trendsOf } from '../../src/comparison/trends.ts';
import { decideGates } from '../../src/gates/evaluate.ts';
import { parseGate } from '../../src/gates/parse.ts';
import { renderComparison } from '../../src/report/terminal/comparison.ts';
import { renderRun } from '../../src/report/terminal/table.ts';
import { findExporter } from '../../src/results/export/exporters.ts';
import { parseDocument } from '../../src/results/parse.ts';
import { documentOf, forkOf, measured } from './sample-document.ts';

/** Two boots of a case that takes so many instructions. */
const counted = (strategy: string, ...boots: readonly [number, number]) => {
  const [low, high] = [Math.min(...boots), Math.max(...boots)];
  return measured(strategy, [low, (low + high) / 2, high], {
    forks: boots.map((boot, index) => forkOf([boot], index + 1)),
    estimate: { unit: 'instructions/iter', low, point: (low + high) / 2, high, confidence: 0.95 },
  });
};
const run = (reuse: readonly [number, number], createdAt = '2026-11-22T19:30:00.000Z') =>
  documentOf([counted('reuse', ...reuse), counted('memfd', 78, 78)], {
    createdAt,
    options: { metric: 'instructions', target: 'kernel=bzImage' },
  });
const old = run([7312, 7312.4]);
const now = run([8882, 8882.2]);
const plain = { color: false, width: 120 };

const text = (format: string) => findExporter(format)?.export(old)[0]?.text ?? '';

test('a document of instructions is read again as it was written', () => {
  assert.deepEqual(parseDocument(JSON.stringify(old), 'old.json'), old);
});

test('the table has instructions in its head, whole numbers, boots, and how far they are apart', () => {
  const table = renderRun(old, plain);
  assert.match(table, /instructions\/iteration/);
  assert.match(table, /\[7,312 7,312 7,312\]|7,312 instr 7,312 instr 7,312 instr/);
  assert.match(table, /fewest/);
  assert.match(table, /2 boots/);
  assert.match(table, /boots: all agree within 0\.005 % \(reuse the least\)/);
  assert.doesNotMatch(table, /µs|time\/iteration|forks/);
});

test('two documents of instructions are compared, and their change is found', () => {
  const comparison = compareDocuments([old], [now]);
  const [reuse, memfd] = comparison.cases;
  assert.equal(reuse?.verdict, 'regressed');
  assert.equal(memfd?.verdict, 'unchanged');
  assert.match(
    renderComparison(comparison, plain),
    /instructions: \[8,882 instr 8,882 instr 8,882 instr\]\n +change: \[\+21\.4/,
  );
});

test('instructions and times are not compared', () => {
  const timed = documentOf([measured('reuse', [3000, 3100, 3200])]);
  assert.deepEqual(compareDocuments([timed], [old]).left[0], {
    id: 'reuse/pages=4',
    reason: 'time in the older document, instructions in the newer one',
  });
});

test('gates speak of instructions, and of those of the baseline', () => {
  const { cases } = compareDocuments([old], [now]);
  const outcome = (gate: string) => decideGates([parseGate(gate)], now, cases)[0]?.outcome;
  assert.equal(outcome('instructions(reuse) < 9000'), 'holds');
  assert.equal(outcome('instructions(reuse) < 8000'), 'fails');
  assert.equal(outcome('instructions(reuse) < 1.01 * baseline'), 'fails');
  assert.equal(outcome('instructions(reuse) < 1.22 * baseline'), 'holds');
  assert.equal(outcome('instructions(memfd) == baseline'), 'holds');
  assert.equal(outcome('change(reuse) < 1%'), 'fails');
  assert.equal(outcome('relative(memfd, reuse) < 0.01'), 'holds');
});

test('a gate on times says that instructions were counted, and the other way round', () => {
  const evidence = (gate: string, document = old) => decideGates([parseGate(gate)], document, [])[0];
  assert.deepEqual(evidence('reuse < 3 us'), {
    text: 'reuse < 3 us',
    outcome: 'fails',
    evidence: 'reuse/pages=4 was measured in instructions, not in time; write instructions(reuse)',
  });
  const timed = documentOf([measured('reuse', [3000, 3100, 3200])]);
  assert.equal(
    evidence('instructions(reuse) < 9000', timed)?.evidence,
    'reuse/pages=4 was timed; --metric instructions counts its instructions',
  );
});

test('exports name the unit, and formats that hold times alone leave instructions out', () => {
  assert.match(text('csv'), /instructions_per_iteration\r\n/);
  assert.match(text('benchstat'), /7312 instructions\/op/);
  assert.match(text('markdown'), /instructions\/iteration .*\n.*\n.*\[7,312 7,312 7,312\] instr/);
  assert.equal(JSON.parse(text('github-action-benchmark'))[0].unit, 'instructions/iter');
  assert.deepEqual(Object.keys(JSON.parse(text('bencher'))['reuse/pages=4']), [
    'instructions',
    'page-faults',
  ]);
  assert.deepEqual(JSON.parse(text('hyperfine')), { results: [] });
  assert.deepEqual(findExporter('criterion')?.export(old), []);
});

test('a history holds times and instructions of a case apart', () => {
  const timed = documentOf([measured('reuse', [3000, 3100, 3200])], {
    createdAt: '2026-11-23T19:30:00.000Z',
  });
  const units = trendsOf([old, run([7312, 7313], '2026-11-24T19:30:00.000Z'), timed])
    .filter(({ strategy }) => strategy === 'reuse')
    .map(({ unit, points }) => [unit, points.length]);
  assert.deepEqual(units, [
    ['instructions/iter', 2],
    ['ns/iter', 1],
  ]);
});

test('documents of times and of instructions are not advised from, nor held side by side', () => {
  const timed = documentOf([measured('reuse', [3000, 3100, 3200])]);
  const named = [old, timed].map((document, index) => ({ name: `d${index}`, document }));
  assert.throws(
    () => unitOfAll(named),
    /d0 holds instructions, d1 time: they cannot be held against each other/,
  );
  assert.equal(unitOfAll(named.slice(0, 1)), 'instructions/iter');
});
