import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { loadDocument } from '../../src/results/file.ts';
import { mapbench } from '../support/mapbench.ts';
import { lackingDaemons } from './daemons.ts';
import { killedWhere, processesOf, runScript, shortRun, temporaryFolder } from './fleet-folder.ts';
import { type Cluster, startCluster } from './slurm-cluster.ts';

const skip = lackingDaemons('munged', 'slurmctld', 'slurmd', 'srun', 'salloc');
const folder = temporaryFolder();
const results = join(folder, 'results');
const nodes = ['n1', 'n2', 'n3'];
let cluster: Cluster | undefined;

before(async () => {
  if (skip !== false) return;
  mkdirSync(join(folder, 'slurm'));
  cluster = await startCluster(join(folder, 'slurm'), nodes);
});
after(() => cluster?.stop());

/** The script on all nodes, which take turns: they are one machine. */
const onNodes = (run: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  runScript('slurm.sh', [results, '--nodes=3', '--', ...run], {
    ...cluster?.env,
    FLEET_TURNS: join(folder, 'turns'),
    ...env,
  });

test('of three Slurm nodes one is killed in its run; it is named, and the comparison shows the rest', {
  skip,
}, () => {
  const failing = killedWhere('[ "$SLURMD_NODENAME" = n2 ]', folder);
  const { status, stderr } = onNodes(shortRun, { MAPBENCH: failing });
  assert.equal(status, 1, stderr);
  assert.match(stderr, /^n2: failed: the run was killed by SIGKILL$/m);
  assert.match(stderr, /^2 of 3 hosts measured/m);
  for (const name of ['n1', 'n3']) {
    const { cases } = loadDocument(join(results, `${name}.json`));
    assert.deepEqual(
      cases.map((each) => [each.strategy, each.status, each.forks.length]),
      [
        ['memfd', 'measured', 2],
        ['reuse', 'measured', 2],
      ],
    );
  }
  assert.equal(existsSync(join(results, 'n2.json')), false, 'half a document would pass for a whole one');

  const compared = mapbench([
    'compare',
    '--by-host',
    ...['n1', 'n3'].map((name) => join(results, `${name}.json`)),
  ]);
  assert.equal(compared.status, 1);
  assert.equal(compared.stderr, 'mapbench: n2: failed: the run was killed by SIGKILL\n');
  assert.match(compared.stdout, /^case +n1 +n3$/m);
  assert.match(compared.stdout, /^memfd +[\d.]+ [nµ]s +[\d.]+ [nµ]s$/m);
  assert.match(compared.stdout, /^case +sd hosts +sd forks +sd samples/m);
});

test('a later run on all nodes leaves nothing of the failure', { skip }, () => {
  const { status, stderr } = onNodes(shortRun);
  assert.equal(status, 0, stderr);
  assert.match(stderr, /^3 of 3 hosts measured/m);
  const documents = nodes.map((name) => join(results, `${name}.json`));
  const { status: compared, stdout, stderr: said } = mapbench(['compare', '--by-host', ...documents]);
  assert.deepEqual([compared, said], [0, '']);
  assert.match(stdout, /^case +n1 +n2 +n3$/m);
});

test('a mistake in the options is told in the words of mapbench, by every node', { skip }, () => {
  const { status, stderr } = onNodes(['-s', 'memfdd']);
  assert.equal(status, 1);
  for (const name of nodes) {
    assert.match(stderr, new RegExp(`^${name}: failed: .*memfdd`, 'm'));
    assert.match(readFileSync(join(results, `${name}.failed`), 'utf8'), /memfdd/);
  }
});

test('the cluster ends with the test', { skip }, async () => {
  assert.equal(
    processesOf(join(folder, 'slurm')).length,
    nodes.length + 2,
    'munged, slurmctld and the nodes',
  );
  await cluster?.stop();
  assert.deepEqual(processesOf(folder), []);
});
