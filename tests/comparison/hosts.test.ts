import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareHosts } from '../../src/comparison/hosts.ts';
import { renderHosts } from '../../src/report/terminal/hosts.ts';
import { documentOf, host, notMeasured } from '../results/sample-document.ts';
import { simulated } from './simulated.ts';

const document = (reuse: number, seed: number, more: Record<string, number> = {}) =>
  simulated({ reuse, ...more }, { seed, spread: 0.01 });

/** Six hosts, of which n5 is slow at reuse. */
const hosts = [1000, 1004, 996, 1002, 1300, 998].map((time, index) => ({
  name: `n${index + 1}`,
  document: document(time, index + 1, { memfd: 400 }),
}));

const plain = (width: number) => ({ color: false, width });

test('a row a case, a cell a host, and the host that stands out', () => {
  const { hosts: names, facts, rows, canStandOut } = compareHosts(hosts);
  assert.deepEqual(names, ['n1', 'n2', 'n3', 'n4', 'n5', 'n6']);
  assert.deepEqual(facts, []);
  assert.equal(canStandOut, true);
  const [reuse, memfd] = rows;
  assert.deepEqual(
    reuse?.cells.map(({ estimate }) => Math.round((estimate?.point ?? 0) / 10)),
    [100, 100, 100, 100, 130, 100],
  );
  assert.deepEqual(
    reuse?.outlying.map((each) => each.host),
    ['n5'],
  );
  assert.ok(Math.abs((reuse?.outlying[0]?.change ?? 0) - 0.3) < 0.01);
  assert.deepEqual(memfd?.outlying, []);
});

test('the spread between hosts is a level of its own', () => {
  const [reuse, memfd] = compareHosts(hosts).rows;
  // The six times have a standard deviation of 122.6 around 1050.
  assert.ok(Math.abs((reuse?.split?.deviations.group ?? 0) - 0.1168) < 0.005);
  assert.ok((reuse?.split?.fractions.group ?? 0) > 0.98);
  assert.ok((memfd?.split?.deviations.group ?? 1) < 0.003);
});

test('a host whose own interval holds the mean of the others does not stand out', () => {
  const unsure = structuredClone(hosts);
  const [found] = unsure[4]?.document.cases ?? [];
  assert.ok(found?.status === 'measured');
  found.estimate.low = 990;
  assert.deepEqual(compareHosts(unsure).rows[0]?.outlying, []);
});

test('an interruption in one sample does not make the spread between hosts', () => {
  const interrupted = structuredClone(hosts.filter(({ name }) => name !== 'n5'));
  const found = interrupted[0]?.document.cases[0];
  assert.ok(found?.status === 'measured');
  // Of three samples a quartile reaches half-way to the outlier; of many it does not.
  for (const { document } of interrupted)
    for (const each of document.cases)
      for (const fork of each.forks) fork.samples = Array.from({ length: 4 }, () => fork.samples).flat();
  found.forks[0]?.samples.splice(0, 1, 1e6);
  const [reuse] = compareHosts(interrupted).rows;
  assert.ok((reuse?.split?.deviations.group ?? 1) < 0.01);
  assert.ok((reuse?.split?.deviations.sample ?? 1) < 0.02);
});

test('a host that lacks a case keeps its column, and says why', () => {
  const partly = documentOf([notMeasured('reuse', 'failed', 'mprotect: ENOMEM')], {
    host: { ...host, kernel: '5.10.0' },
  });
  const comparison = compareHosts([...hosts.slice(0, 2), { name: 'n9', document: partly }]);
  assert.deepEqual(comparison.rows[0]?.cells[2], {
    missing: { status: 'failed', reason: 'mprotect: ENOMEM' },
  });
  assert.deepEqual(comparison.rows[1]?.cells[2], {});
  const text = renderHosts(comparison, plain(120));
  assert.match(text, /^on +kernel$/m);
  assert.match(text, /^n9 +5\.10\.0$/m);
  assert.match(text, /^reuse +1\.000 µs +1\.004 µs +failed$/m);
  assert.match(text, /^memfd +400\.\d ns +400\.\d ns +-$/m);
  assert.match(text, /^3 hosts are too few to tell whether one stands out$/m);
});

test('the table, or a row a host where that is too wide', () => {
  const comparison = compareHosts(hosts);
  const wide = renderHosts(comparison, plain(120));
  assert.match(wide, /^case +n1 +n2 +n3 +n4 +n5 +n6$/m);
  assert.match(wide, /^case +sd hosts +sd forks +sd samples +var hosts +var forks +var samples$/m);
  assert.match(
    wide,
    /^n5 stands out: reuse \+\d+\.\d\d% against the mean of the others, \d+\.\d of their standard deviations$/m,
  );
  const narrow = renderHosts(comparison, plain(40));
  assert.match(narrow, /^host +reuse +memfd$/m);
  assert.match(narrow, /^n5 +1\.300 µs +40\d\.\d ns$/m);
  const narrowest = renderHosts(comparison, plain(18));
  assert.deepEqual(narrowest.match(/^host .*$/gm), ['host     reuse', 'host     memfd']);
});

test('one host is shown, and nothing is said of a spread', () => {
  const text = renderHosts(compareHosts(hosts.slice(0, 1)), plain(80));
  assert.match(text, /^case +n1$/m);
  assert.match(text, /^one host: there is no spread between hosts$/m);
  assert.doesNotMatch(text, /sd hosts/);
});
