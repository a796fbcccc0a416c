import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { benchstat } from '../../src/results/export/benchstat.ts';
import { documentOf, measured } from '../results/sample-document.ts';
import { article, mixed, textOf } from './documents.ts';
import { hostileDocument } from './hostile.ts';

const config = [
  'goos: linux',
  'goarch: amd64',
  'pkg: mapbench',
  'cpu: Intel(R) Xeon(R) Processor',
  'kernel: 6.18.44',
];

test('a line a fork', () => {
  const lines = [
    ...config,
    'BenchmarkMemfd/pages=4-1 2000 102.5 ns/op 0 pagefaults/op',
    'BenchmarkMemfd/pages=4-1 1000 100 ns/op 0 pagefaults/op',
    'BenchmarkReuseLock/pages=4-1 2000 3349 ns/op 4 pagefaults/op',
    'BenchmarkReuseLock/pages=4-1 1000 3412.4 ns/op 4 pagefaults/op',
    '',
  ];
  assert.equal(textOf(benchstat, mixed), lines.join('\n'));
});

test('without forks there is nothing to count iterations of', () => {
  assert.match(textOf(benchstat, article), /^goos: linux\n(?:[a-z]+: .+\n)+$/);
});

test('settings are in the name, as benchstat filters by them', () => {
  const more = { id: 'x_y/pages=4/layout=merged', threads: 8 };
  assert.match(
    textOf(benchstat, documentOf([measured('x_y', [1, 2, 3], more)])),
    /^BenchmarkXY\/pages=4\/layout=merged-8 /m,
  );
});

/** What golang/perf's benchfmt (reader.go) makes of a line: `key: value`, a result, or nothing. */
function readLine(line: string) {
  if (!line.startsWith('Benchmark')) return /^(\p{Ll}[^\s\p{Lu}:]*):[ \t]*(.*)$/u.exec(line)?.[1];
  const [name = '', iterations = '', ...measurements] = line.split(/[\s\u0085]+/);
  assert.match(iterations, /^\d+$/);
  assert.ok(measurements.length >= 2 && measurements.length % 2 === 0, line);
  for (const [index, field] of measurements.entries()) {
    assert.ok(index % 2 === 1 || Number.isFinite(Number(field)), line);
  }
  return { name, value: Number(measurements[0]), unit: measurements[1] };
}

/** github-action-benchmark's `tool: go` (src/extract.ts of 1.22). */
const actionPattern =
  /^(?<name>Benchmark\w+[\w()$%^&*-=|,[\]{}"#]*?)(?<procs>-\d+)?\s+(?<times>\d+)\s+(?<remainder>.+)$/;

test("every fork is read back under its case's own name, whatever the names are", () => {
  fc.assert(
    fc.property(hostileDocument, (document) => {
      const lines = textOf(benchstat, document).split('\n');
      const keys = lines.map(readLine).filter((line) => typeof line === 'string');
      assert.deepEqual(keys.slice(0, 3), ['goos', 'goarch', 'pkg']);
      const results = lines.filter((line) => line.startsWith('Benchmark'));
      const cases = document.cases
        .filter((each) => each.status === 'measured')
        .map((each) => ({ ...each, forks: each.forks.filter(({ samples }) => samples.length > 0) }))
        .filter(({ forks }) => forks.length > 0);
      assert.equal(
        results.length,
        cases.reduce((sum, { forks }) => sum + forks.length, 0),
      );
      const names: string[] = [];
      for (const { forks, threads } of cases) {
        const own = results.splice(0, forks.length);
        const [name, ...others] = new Set(own.map((line) => actionPattern.exec(line)?.groups?.name));
        assert.ok(name !== undefined && others.length === 0);
        names.push(name);
        for (const line of own) {
          assert.equal(actionPattern.exec(line)?.groups?.procs, `-${threads}`);
          const result = readLine(line);
          assert.equal(typeof result === 'object' && result.unit, 'ns/op');
        }
      }
      assert.equal(new Set(names).size, names.length);
    }),
  );
});
