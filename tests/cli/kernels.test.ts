import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { MeasuredCase } from '../../src/results/document.ts';
import { documentOf, forkOf, host, measured } from '../results/sample-document.ts';
import { mapbench } from '../support/mapbench.ts';

const folder = mkdtempSync(join(tmpdir(), 'mapbench-kernels-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const step = (number: number, text: string, point: number) => {
  return { number, name: 'mprotect', text, point, low: point, high: point };
};

/** Three boots of a case under a kernel, with two steps. */
const counted = (strategy: string, point: number, toWrite: number): MeasuredCase =>
  measured(strategy, [point, point, point], {
    forks: [0, 0.1, 0.2].map((more, index) => forkOf([point + more], index + 1)),
    estimate: { unit: 'instructions/iter', low: point, point, high: point, confidence: 0.95 },
    phases: {
      forks: 3,
      reading: 9,
      iteration: point,
      steps: [
        step(1, 'mprotect(code, 16384, PROT_READ | PROT_WRITE)', toWrite),
        step(2, 'mprotect(code, 16384, PROT_READ | PROT_EXEC)', 3400),
      ],
      writeWindow: { nanoseconds: 0, share: 0, executable: 'no' },
    },
  });

function saved(name: string, kernel: string, cases: MeasuredCase[]): string {
  const path = join(folder, `${name}.json`);
  const document = documentOf(cases, { host: { ...host, kernel }, options: { metric: 'instructions' } });
  writeFileSync(path, JSON.stringify(document));
  return path;
}
const old = saved('old', '6.12.1', [counted('reuse', 7300, 3800), counted('memfd', 78, 1)]);
const now = saved('now', '6.17.0', [counted('reuse', 9000, 5500), counted('memfd', 78, 1)]);

test('documents of kernels are compared without booting anything, and the steps that changed are named', () => {
  const { status, stdout, stderr } = mapbench(['kernels', `base=${old}`, `p1=${now}`]);
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^mapbench kernels base=.*old\.json/);
  assert.match(stdout, /reuse\/pages=4 +7,300 instr +9,000 instr \(\+23\.2\d%\*\)/);
  assert.match(stdout, /memfd\/pages=4 +78\.00 instr +78\.00 instr \(\+0\.00% \)/);
  assert.match(
    stdout.replace(/\n +/g, ' '),
    /p1, reuse\/pages=4: mprotect\(code, 16384, PROT_READ \| PROT_WRITE\) 3,800 instr -> 5,500 instr$/m,
  );
  assert.match(stdout, /Minimum detectable effect: 0\.\d+ %/);
  assert.ok(stdout.split('\n').every((line) => line.length <= 76 || line.startsWith('in brackets')));
});

test('a regression against the first kernel is a gate', () => {
  assert.equal(mapbench(['kernels', `base=${old}`, `p1=${now}`, '--fail-on', 'regression']).status, 3);
  assert.equal(mapbench(['kernels', `base=${now}`, `p1=${old}`, '--fail-on', 'regression']).status, 0);
  const other = saved('other', '6.12.1', [counted('naive', 100, 1)]);
  assert.equal(mapbench(['kernels', `base=${old}`, `p1=${other}`, '--fail-on', 'regression']).status, 3);
});

test('git bisect is told good, bad, and to skip what was not built', () => {
  const bisect = (script: string) => mapbench(['kernels', `base=${old}`, '--bisect', script]);
  assert.equal(bisect(`echo ${old}`).status, 0);
  assert.equal(bisect(`echo building; echo ${now}`).status, 1);
  const { status, stderr } = bisect('exit 2');
  assert.equal(status, 125);
  assert.equal(stderr, 'mapbench: exit 2 ended with 2: this commit is skipped\n');
  assert.match(bisect('true').stderr, /true printed no image: this commit is skipped/);
});

test('a mistake ends the bisection in place of calling a commit bad', () => {
  const { status, stderr } = mapbench(['kernels', `base=${old}`, '-s', 'nothing', '--bisect', `echo ${old}`]);
  assert.equal(status, 255);
  assert.match(stderr, /nothing/);
});

test('two kernels of one name, or of none, are refused', () => {
  const twice = mapbench(['kernels', `a=${old}`, `a=${now}`]);
  assert.equal(twice.status, 2);
  assert.match(twice.stderr, /two kernels are called a; name them/);
  assert.match(mapbench(['kernels', 'base=']).stderr, /base=: name an image/);
});

test('an image that is none is a mistake', () => {
  const image = join(folder, 'image');
  writeFileSync(image, 'no kernel');
  const { status, stderr } = mapbench(['kernels', `base=${old}`, `p1=${image}`]);
  assert.equal(status, 2);
  assert.match(stderr, /it is no kernel's image/);
});
