import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { saveDocument } from '../../src/results/file.ts';
import { simulated } from '../comparison/simulated.ts';
import { documentOf, notMeasured } from '../results/sample-document.ts';
import { mapbench } from '../support/mapbench.ts';
import { runScript, temporaryFolder } from './fleet-folder.ts';

const folder = temporaryFolder();
const file = (name: string) => join(folder, name);
for (const [index, name] of ['n1', 'n2', 'n3', 'n4', 'n5'].entries())
  saveDocument(file(`${name}.json`), simulated({ reuse: 1000 + index }, { seed: index }));
const good = ['n1', 'n2', 'n3', 'n4', 'n5'].map((name) => file(`${name}.json`));

test('whole documents of all hosts: status 0, and nothing on standard error', () => {
  const { status, stdout, stderr } = mapbench(['compare', '--by-host', ...good]);
  assert.deepEqual([status, stderr], [0, '']);
  assert.match(stdout, /^case +n1 +n2 +n3 +n4 +n5$/m);
  assert.match(stdout, /^no host stands out$/m);
});

test('documents that are missing or broken are named and do not keep the rest from being shown', () => {
  writeFileSync(file('broken.json'), '{"schema": "mapbench/1", ');
  const { status, stdout, stderr } = mapbench([
    ...['compare', '--by-host', ...good],
    ...[file('broken.json'), file('away.json')],
  ]);
  assert.equal(status, 1);
  assert.match(stderr, /^mapbench: broken: failed: .*broken\.json: is truncated/m);
  assert.match(stderr, /^mapbench: away: failed: .*away\.json: cannot read: there is no such file$/m);
  assert.match(stdout, /^case +n1 +n2 +n3 +n4 +n5$/m);
});

test('no document at all is a mistake', () => {
  const { status, stderr } = mapbench(['compare', '--by-host', file('*.json')]);
  assert.equal(status, 2);
  assert.match(stderr, /^mapbench: --by-host: there is no document of any host to show$/m);
});

test('a case that failed on a host is named; one that is unavailable there is no failure', () => {
  saveDocument(file('odd.json'), documentOf([notMeasured('reuse', 'unavailable', 'this host has no keys')]));
  const without = mapbench(['compare', '--by-host', ...good, file('odd.json')]);
  assert.equal(without.status, 0);
  assert.match(without.stderr, /^mapbench: odd: reuse\/pages=4: unavailable: this host has no keys$/m);
  saveDocument(file('odd.json'), documentOf([notMeasured('reuse', 'failed', 'mprotect: ENOMEM')]));
  assert.equal(mapbench(['compare', '--by-host', ...good, file('odd.json')]).status, 1);
});

test('reasons beside the documents, or given, are told once', () => {
  writeFileSync(file('n9.failed'), 'the run was killed by SIGKILL\n');
  const { status, stderr } = mapbench(['compare', '--by-host', ...good, file('n9.failed')]);
  assert.deepEqual([status, stderr], [1, 'mapbench: n9: failed: the run was killed by SIGKILL\n']);
});

test('as JSON for scripts', () => {
  const { stdout } = mapbench(['compare', '--by-host', '--format', 'json', ...good]);
  const { hosts, rows, failed } = JSON.parse(stdout);
  assert.deepEqual(hosts, ['n1', 'n2', 'n3', 'n4', 'n5']);
  assert.equal(rows[0].cells.length, 5);
  assert.equal(typeof rows[0].split.deviations.group, 'number');
  assert.deepEqual(failed, [{ name: 'n9', reason: 'the run was killed by SIGKILL' }]);
});

test('options of a comparison with a reference do not go with hosts, which are equals', () => {
  for (const option of [['--threshold', '5%'], ['--fail-on', 'regression'], ['--strict']]) {
    const { status, stderr } = mapbench(['compare', '--by-host', ...option, ...good]);
    assert.equal(status, 2);
    assert.match(stderr, /'--by-host' cannot be used with option/);
  }
});

test('one document is still too few for a comparison of an old and a new one', () => {
  const { status, stderr } = mapbench(['compare', file('n1.json')]);
  assert.deepEqual([status, stderr], [2, 'mapbench: compare needs two documents, or --old and --new\n']);
});

test('the collector gives a host that has left nothing a reason, and names it', () => {
  const { status, stderr } = runScript('collect.sh', [folder, 'n1', 'n7', 'n9'], {});
  assert.equal(status, 1);
  assert.match(
    stderr,
    /^n7: failed: it has left neither a document nor a reason: the host or the connection went down$/m,
  );
  assert.match(stderr, /^n9: failed: the run was killed by SIGKILL$/m);
  assert.match(stderr, /^1 of 3 hosts measured/m);
});
