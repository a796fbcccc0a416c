import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GateError } from '../../src/gates/errors.ts';
import { evaluateGate, type GateOptions } from '../../src/gates/evaluate.ts';
import { parseGate } from '../../src/gates/parse.ts';
import type { Quantities } from '../../src/gates/quantity.ts';
import { messageOf } from './message.ts';
import { quantitiesOf, spread } from './sample-quantities.ts';

const quantities = quantitiesOf({
  // With 101 replicates, 95 % of them lie between the 2.5th and the 97.5th step.
  time: {
    memfd: spread(131, 120, 140),
    rwx: { point: 90 },
    reuse: spread(3320, 3200, 3400),
    shadow: spread(130, 119, 139),
  },
  faults: { reuse: { point: 0.0043 }, naive: spread(4, 4, 4), hugetlb: spread(1, 0.9, 1.1) },
  events: { 'memfd tlb:tlb_flush': spread(0.0012, 0, 0.002), 'reuse tlb:tlb_flush': spread(2, 1.98, 2.02) },
  change: { memfd: spread(0.0312, 0.02, 0.04), reuse: { point: -0.0005 } },
});

const evaluate = (text: string, options?: GateOptions) => evaluateGate(parseGate(text), quantities, options);
const outcome = (text: string, options?: GateOptions) => evaluate(text, options).outcome;
const evidence = (text: string) => evaluate(text).evidence;

const outcomes: Record<string, string[]> = {
  holds: [
    'memfd < 141 ns',
    'memfd < 140 ns',
    'memfd > 120 ns',
    'memfd >= 100 ns',
    'memfd != 100 ns',
    'memfd < 0.2 * reuse',
    'reuse < 3.4 us',
    'reuse < 0.0034 ms',
    'reuse < 0.0000034 s',
    'rwx < 91 ns',
    'rwx <= 90 ns',
    'rwx == 90 ns',
    'change(memfd) < 5%',
    'change(memfd) < 0.05',
    'change(reuse) > -1%',
    'relative(memfd, reuse) < 5%',
    'relative(reuse, memfd) > 20',
    'faults(naive) == 4',
    'faults(naive) <= 4',
    'faults(naive) == 2 + 2',
    '-rwx < 0',
    'event(memfd, "tlb:tlb_flush") == 0',
    "event(memfd, 'tlb:tlb_flush') <= 0.01",
    'event(reuse, "tlb:tlb_flush") > 100 * event(memfd, "tlb:tlb_flush")',
  ],
  fails: [
    'memfd < 119 ns',
    'memfd > 141 ns',
    'memfd == 100 ns',
    'rwx < 90 ns',
    'rwx > 90 ns',
    'rwx != 90 ns',
    'change(memfd) < 1%',
    'faults(naive) < 4',
    'faults(naive) == 0',
    'event(reuse, "tlb:tlb_flush") == 1.99',
    'event(reuse, "tlb:tlb_flush") < 1',
    'event(reuse, "cycles") < 1',
  ],
  undecided: [
    'memfd < 130 ns',
    'memfd > 130 ns',
    'memfd <= 139 ns',
    'memfd == 130 ns',
    'memfd != 130 ns',
    'change(memfd) < 3%',
    'event(reuse, "tlb:tlb_flush") <= 2',
    '0 * rwx / (0 * rwx) < 1',
    'rwx / 0 > 1 ns',
    'memfd / 0 > 1 ns',
  ],
};

for (const [expected, texts] of Object.entries(outcomes)) {
  for (const text of texts) test(`${text}: ${expected}`, () => assert.equal(outcome(text), expected));
}

test('what two cases share cancels: sides whose intervals overlap can differ significantly', () => {
  assert.equal(outcome('shadow < memfd'), 'holds');
  assert.equal(outcome('memfd < shadow'), 'fails');
  assert.equal(outcome('memfd == memfd'), 'holds');
  assert.equal(outcome('memfd - shadow < 2 ns'), 'holds');
});

test('equality of faults is that of the points to two decimals, and always decided', () => {
  assert.equal(outcome('faults(reuse) == 0'), 'holds');
  assert.equal(outcome('faults(reuse) != 0'), 'fails');
  assert.equal(outcome('faults(hugetlb) == 1'), 'holds');
  assert.equal(outcome('faults(hugetlb) == 1.01'), 'fails');
  assert.equal(outcome('-faults(hugetlb) + 1 == 0'), 'holds');
  assert.equal(outcome('faults(reuse) <= 0'), 'fails', 'an order compares what was measured');
  assert.equal(outcome('faults(hugetlb) <= 1'), 'undecided');
});

test('a higher confidence leaves more undecided', () => {
  assert.equal(outcome('memfd < 139 ns', { confidence: 0.8 }), 'holds');
  assert.equal(outcome('memfd < 139 ns', { confidence: 0.99 }), 'undecided');
});

test('the evidence has both sides with figures and units', () => {
  assert.equal(evidence('rwx.time < 500ns'), 'rwx 90.00 ns against 500 ns');
  assert.equal(
    evidence('memfd < 0.2 * reuse'),
    'memfd 131.0 ns [120.5 ns 139.5 ns] against 0.2 * reuse 664.0 ns [641.0 ns 679.0 ns]',
  );
  assert.equal(evidence('change(memfd) < 5%'), 'change(memfd) 3.12% [2.05% 3.95%] against 5%');
  assert.equal(evidence('change(reuse) < 5%'), 'change(reuse) -0.05% against 5%');
  assert.equal(evidence('faults(reuse) == 0'), 'faults(reuse) 0 against 0');
  assert.equal(evidence('faults(reuse) < 1'), 'faults(reuse) 0.0043 against 1');
  assert.equal(evidence('faults(hugetlb) == 1'), 'faults(hugetlb) 1 against 1');
  assert.equal(evidence('rwx < 2 * 250 ns'), 'rwx 90.00 ns against 2 * 250 ns = 500.0 ns');
  assert.equal(evidence('rwx / rwx <= 100%'), 'rwx / rwx 100% against 100%');
  assert.equal(evidence('rwx - reuse < 0'), 'rwx - reuse -3.230 µs [-3.305 µs -3.115 µs] against 0');
});

test('where it is undecided the evidence has the difference', () => {
  assert.equal(
    evidence('memfd < 130 ns'),
    'memfd 131.0 ns [120.5 ns 139.5 ns] against 130 ns; the difference is 1.000 ns [-9.500 ns 9.500 ns]',
  );
});

test('a gate about an unavailable case has compared nothing, and fails with the reason', () => {
  assert.deepEqual(evaluate(' hugetlb < 2 * reuse '), {
    text: 'hugetlb < 2 * reuse',
    outcome: 'fails',
    evidence: 'hugetlb is unavailable: ENOMEM',
  });
});

test('an error of a case gets the place of the gate', () => {
  const failing: Quantities = {
    ...quantities,
    faults: ({ column }) => {
      throw new GateError(column, 'nobody counted');
    },
  };
  const message = (place?: string) =>
    messageOf(() => evaluateGate(parseGate('1 > faults(memfd)', place), failing));
  assert.equal(message(), 'column 12: nobody counted');
  assert.equal(message('gates.txt:3'), 'gates.txt:3:12: nobody counted');
});

test('other errors, as of replicates that do not belong together, are passed on', () => {
  const mixed = quantitiesOf({ time: { a: spread(1, 0, 2, 10), b: spread(1, 0, 2, 11) } });
  assert.throws(() => evaluateGate(parseGate('a < b'), mixed), RangeError);
});
