import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareDocuments } from '../../src/comparison/documents.ts';
import { decideGates } from '../../src/gates/evaluate.ts';
import { parseGate } from '../../src/gates/parse.ts';
import { checkEvents } from '../../src/gates/resolve.ts';
import { estimateOf } from '../../src/statistics/estimate.ts';
import { documentOf, measured } from '../results/sample-document.ts';
import { messageOf } from './message.ts';

/** A document of `reuse`: faults an iteration, and flushes a load in each of the forks that counted them. */
function counted(faults: number, counts?: number[]) {
  const eventsOf = (counts: number[]) => [
    { name: 'tlb:tlb_flush', counts, ...estimateOf(counts.map((count) => [count])) },
  ];
  return documentOf([
    measured('reuse', [95, 100, 105], {
      counters: { minorFaultsPerIteration: faults, majorFaultsPerIteration: 0 },
      ...(counts && { events: eventsOf(counts) }),
    }),
  ]);
}

function decide(gate: string, now: ReturnType<typeof counted>, old?: ReturnType<typeof counted>) {
  const comparisons = old === undefined ? [] : compareDocuments([old], [now]).cases;
  const [result] = decideGates([parseGate(gate)], now, comparisons);
  assert.ok(result);
  return result;
}

test('events are gated by their interval over forks', () => {
  const now = counted(0, [2, 2.01, 2, 2.02, 1.99]);
  assert.equal(decide('event(reuse, "tlb:tlb_flush") < 2.1', now).outcome, 'holds');
  assert.equal(decide('event(reuse, "tlb:tlb_flush") <= 1.9', now).outcome, 'fails');
  assert.equal(decide('event(reuse, "tlb:tlb_flush") <= 2.005', now).outcome, 'undecided');
  assert.equal(decide('event(reuse, "tlb:tlb_flush") == 2', now).outcome, 'holds');
  const same = counted(0, [2, 2, 2]);
  const { evidence } = decide('event(reuse, "tlb:tlb_flush") < 3', same);
  assert.equal(evidence, 'event(reuse, "tlb:tlb_flush") 2 against 3', 'ends that read alike are no interval');
});

test('faults and events are held against those of the baseline', () => {
  const [few, many] = [counted(2, [2, 2, 2]), counted(4, [3, 3, 3])];
  for (const count of ['faults(reuse)', 'event(reuse, "tlb:tlb_flush")']) {
    assert.equal(decide(`${count} <= baseline`, few, many).outcome, 'holds');
    assert.equal(decide(`${count} <= baseline`, many, few).outcome, 'fails');
    assert.equal(decide(`${count} == baseline`, many, many).outcome, 'holds');
  }
});

test('an event that was not counted fails, and says with what it is', () => {
  const [without, having] = [counted(0), counted(0, [2, 2, 2])];
  const gate = 'event(reuse, "tlb:tlb_flush") <= baseline';
  assert.deepEqual(decide(gate, having, without), {
    text: gate,
    outcome: 'fails',
    evidence:
      'tlb:tlb_flush of reuse/pages=4 was not counted in the baseline; run with --event tlb:tlb_flush',
  });
  assert.match(decide(gate, without, having).evidence, /was not counted; run with --event tlb:tlb_flush$/);
});

test('before a run it is asked for with the place of the gate', () => {
  const check = (text: string) => messageOf(() => checkEvents(parseGate(text, 'gates.txt:3'), ['cycles:k']));
  assert.equal(check('event(reuse, "cycles:k") < 9'), 'no error');
  assert.equal(
    check('1 < -event(reuse, "cycles")'),
    'gates.txt:3:6: this run does not count cycles; add --event cycles',
  );
});
