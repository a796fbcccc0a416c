import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Chalk } from 'chalk';
import { compareDocuments } from '../../src/comparison/documents.ts';
import { causesOf, type Evidence } from '../../src/comparison/why.ts';
import { renderCauses } from '../../src/report/terminal/why.ts';
import type { MeasuredCase, Phases } from '../../src/results/document.ts';
import { estimateOf } from '../../src/statistics/estimate.ts';
import { documentOf, forkOf, measured } from '../results/sample-document.ts';

/** Steps of an iteration, each with an interval of so many nanoseconds to either side. */
function phasesOf(points: Readonly<Record<string, number>>, half = 10): Phases {
  return {
    forks: 5,
    reading: 10,
    iteration: 0,
    steps: Object.entries(points).map(([text, point], index) => ({
      ...{ number: index + 1, name: text, text, point },
      ...{ low: point - half, high: point + half },
    })),
    writeWindow: { nanoseconds: 0, share: 0, executable: 'no' },
  };
}

/** A case whose forks take this time, with what was counted in each. */
const caseOf = (time: number, more: Partial<MeasuredCase> = {}, counts: Record<string, number> = {}) =>
  measured('reuse', [time - 5, time, time + 5], {
    forks: [-2, -1, 0, 1, 2].map((off, pid) => ({
      ...forkOf([time + off, time + off], pid),
      counts: Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, count + off / 1000])),
    })),
    ...more,
  });

function causesBetween(old: MeasuredCase, now: MeasuredCase, evidence: Evidence = { facts: [] }) {
  const [only] = compareDocuments([documentOf([old])], [documentOf([now])], { acrossSettings: true }).cases;
  assert.equal(only?.verdict, 'regressed');
  return causesOf(only, evidence);
}

test('the step that took longer is at the head, with the fraction that it explains and its interval', () => {
  const causes = causesBetween(
    caseOf(1000, { phases: phasesOf({ 'mprotect(rw)': 600, write: 100, 'mprotect(rx)': 300 }) }),
    caseOf(1500, { phases: phasesOf({ 'mprotect(rw)': 640, write: 105, 'mprotect(rx)': 755 }) }),
  );
  assert.deepEqual(
    causes.map(({ name }) => name),
    ['mprotect(rx)', 'mprotect(rw)'],
  );
  const [head] = causes;
  assert.ok(head !== undefined && 'difference' in head);
  assert.equal(head.fraction, 0.91);
  assert.ok(Math.abs(head.difference.low - (455 - Math.hypot(10, 10))) < 1e-9);
});

test('a step that did not surely move is not named, nor are steps of another program', () => {
  const old = caseOf(1000, { phases: phasesOf({ a: 500, b: 500 }, 300) });
  assert.deepEqual(causesBetween(old, caseOf(1200, { phases: phasesOf({ a: 700, b: 500 }, 300) })), []);
  assert.deepEqual(causesBetween(old, caseOf(1200, { phases: phasesOf({ a: 1200, c: 0 }) })), []);
});

test('an event that was counted more often is named beside the counters', () => {
  const eventsOf = (counts: number[]) => ({
    events: [{ name: 'tlb:tlb_flush', counts, ...estimateOf(counts.map((count) => [count])) }],
  });
  const causes = causesBetween(
    caseOf(1000, eventsOf([2, 2.01, 2, 1.99, 2])),
    caseOf(1500, eventsOf([3, 3.01, 3, 2.99, 3])),
  );
  assert.deepEqual(
    causes.map(({ kind, name }) => `${kind} ${name}`),
    ['event tlb:tlb_flush'],
  );
  const [line = ''] = renderCauses(causes, 'ns/iter', { width: 100, chalk: new Chalk({ level: 0 }) });
  assert.match(line, /^event tlb:tlb_flush: 2\.00 to 3\.00, \+1\.00 \[/);
});

test('settings stand before facts of the host, these before what moved', () => {
  const causes = causesBetween(
    caseOf(1000, { phases: phasesOf({ a: 1000 }) }, { minorFaults: 0 }),
    caseOf(
      1500,
      { id: 'reuse/pages=4/layout=merged', layout: 'merged', phases: phasesOf({ a: 1500 }) },
      { minorFaults: 4, systemTime: 200 },
    ),
    {
      facts: [
        { name: 'layout', old: 'guarded', now: 'merged' },
        { name: 'kernel', old: '6.1', now: '6.12' },
        { name: 'CPU measured on', old: '0', now: '1' },
      ],
    },
  );
  assert.deepEqual(
    causes.map(({ kind, name }) => `${kind} ${name}`),
    ['setting layout', 'setting CPU measured on', 'host kernel', 'step a', 'counter minorFaults'],
  );
});

test('functions of two profiles are ordered by what they explain', () => {
  const causes = causesBetween(caseOf(1000), caseOf(1500), {
    facts: [],
    functions: {
      old: new Map([
        ['change_pte_range', 100],
        ['mas_find', 80],
      ]),
      now: new Map([
        ['change_pte_range', 150],
        ['mas_find', 81],
        ['folio_pte_batch', 400],
      ]),
    },
  });
  assert.deepEqual(
    causes.map(({ name }) => name),
    ['folio_pte_batch', 'change_pte_range'],
  );
});

test('causes are lines that begin with their kind; without any it is said what to measure', () => {
  const plain = { width: 60, chalk: new Chalk({ level: 0 }) };
  const causes = causesBetween(
    caseOf(1000, { phases: phasesOf({ a: 1000 }) }, { minorFaults: 0 }),
    caseOf(1500, { phases: phasesOf({ a: 1460 }) }, { minorFaults: 4 }),
  );
  assert.deepEqual(renderCauses(causes, 'ns/iter', plain), [
    'step a: 1.000 µs to 1.460 µs, +0.4600 [+0.4459 +0.4741], 92\n  % of the change',
    'counter minorFaults: 0 to 4.00, +4.00 [+4.00 +4.00]',
  ]);
  assert.match(renderCauses([], 'ns/iter', plain).join(), /--phases/);
});
