import assert from 'node:assert/strict';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { loadDocument } from '../../src/results/file.ts';
import { mapbench } from '../support/mapbench.ts';
import { lackingDaemons } from './daemons.ts';
import { killedWhere, processesOf, runScript, shortRun, temporaryFolder } from './fleet-folder.ts';
import { type SshServer, startSshServer } from './ssh-server.ts';

const skip = lackingDaemons('parallel', 'ssh', '/usr/sbin/sshd');
const folder = temporaryFolder();
const results = join(folder, 'results');
const names = ['s1', 's2', 's3'];
let server: SshServer | undefined;

before(async () => {
  if (skip !== false) return;
  mkdirSync(join(folder, 'ssh'));
  server = await startSshServer(join(folder, 'ssh'), names, 'away');
});
after(() => server?.stop());

/** The script on hosts that are one machine, one after the other. */
const onHosts = (hosts: readonly string[], run: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  runScript('ssh.sh', [results, ...hosts, '--', ...run], { FLEET_SSH: server?.ssh, FLEET_JOBS: '1', ...env });

test('a host that is away is named, and the others are measured', { skip }, () => {
  const { status, stderr } = onHosts([...names, 'away'], shortRun);
  assert.equal(status, 1);
  assert.match(
    stderr,
    /^away: failed: ssh ended with status 255: ssh: connect to host .* Connection refused$/m,
  );
  assert.match(stderr, /^3 of 4 hosts measured/m);
  for (const name of names)
    assert.equal(loadDocument(join(results, `${name}.json`)).cases[0]?.status, 'measured');

  const documents = names.map((name) => join(results, `${name}.json`));
  const compared = mapbench(['compare', '--by-host', ...documents]);
  assert.equal(compared.status, 1);
  assert.match(compared.stderr, /^mapbench: away: failed: ssh ended with status 255/);
  assert.match(compared.stdout, /^case +s1 +s2 +s3$/m);
});

test('a run that is killed over there leaves its reason here, and no half of a document', { skip }, () => {
  const { status, stderr } = onHosts(['s1'], shortRun, { MAPBENCH: killedWhere('true', folder) });
  assert.equal(status, 1);
  assert.match(stderr, /^s1: failed: the run was killed by SIGKILL$/m);
  assert.equal(existsSync(join(results, 's1.json')), false);
});

test('a host without mapbench says so', { skip }, () => {
  const { stderr } = onHosts(['s1'], shortRun, { MAPBENCH: '/nowhere/mapbench' });
  assert.match(stderr, /^s1: failed: the command \/nowhere\/mapbench cannot be run here; set MAPBENCH$/m);
});

test('hosts without Node.js are measured by the mapbench of this one', { skip }, () => {
  const { status, stderr } = onHosts(['s1', 'away'], shortRun, { FLEET_TARGETS: '1' });
  assert.equal(status, 1);
  assert.match(stderr, /^1 of 2 hosts measured/m);
  assert.match(stderr, /^away: failed: --target ssh:.*away: .*Connection refused/m);
  const { options, cases, host } = loadDocument(join(results, 's1.json'));
  assert.match(String(options.target), /^ssh:.* s1$/);
  assert.equal(cases[0]?.status, 'measured');
  assert.equal(host.node, null);
});

test('options keep their spaces and quotes on the way', { skip }, () => {
  const { stderr } = onHosts(['s1'], ['-s', "it's a $HOME"]);
  assert.match(stderr, /^s1: failed: .*it's a \$HOME/m);
});

test('the server ends with the test', { skip }, async () => {
  assert.equal(processesOf(join(folder, 'ssh')).length, 1);
  await server?.stop();
  assert.deepEqual(processesOf(folder), []);
});
