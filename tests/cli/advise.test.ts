import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { mapbench } from '../support/mapbench.ts';

const results = join(import.meta.dirname, '../../results');
const catalogue = join(results, 'xeon-firecracker-6.18-2026-11-catalogue.json');
const matrix = join(results, 'policies/epyc-firecracker-6.18-2026-11.json');

test('an advice names the choice, the runner-up, what a demand costs, the rows, and prints the C', () => {
  const { stdout, status, stderr } = mapbench(['advise', catalogue, '--wx', 'strict']);
  assert.equal(status, 0, stderr);
  const text = stdout.replaceAll(/\n +/g, ' ');
  assert.match(text, /^memfd_pwrite for --wx strict/);
  assert.match(
    text,
    /use memfd_pwrite: 1\.134 µs \[.*\] \(memfd_pwrite\/pages=4 in .*catalogue\.json\); W\^X no-write/,
  );
  assert.match(text, /runner-up procmem: 1\.36x the time/);
  assert.match(text, /--wx strict costs [\d.]+x the time: \w+ without it/);
  assert.match(text, /left out by --wx strict: its W\^X is dual: memfd/);
  assert.match(stdout, /\nint fd = memfd_create\("mapbench", MFD_CLOEXEC\);\n/);
});

test('what runs under a policy is taken from a matrix', () => {
  const { stdout, status } = mapbench([
    ...['advise', catalogue, '--policy', 'mdwe', '--matrix', matrix, '--format', 'json'],
  ]);
  assert.equal(status, 0);
  const { advice, demands, sketch } = JSON.parse(stdout);
  assert.equal(advice.choice.facts.name, 'memfd');
  assert.deepEqual(demands, ['--policy mdwe']);
  assert.ok(advice.excluded.some((each: { name: string }) => each.name === 'reuse'));
  assert.match(sketch, /memfd_create/);
});

test('or tried here', () => {
  const { stdout, status, stderr } = mapbench(['advise', catalogue, '--policy', 'mdwe', '--no-sketch']);
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^memfd for --policy mdwe/);
  assert.ok(!stdout.includes('In C'));
});

for (const [parameters, code, sentence] of [
  [['--matrix', matrix], 2, /--matrix says what runs under a --policy; give one/],
  [['--policy', 'memlock=1K', '--matrix', matrix], 2, /has no column memlock=1K/],
  [['--wx', 'loose'], 2, /It must be strict or dual or any/],
  [['--module-size', 'big'], 2, /It must be a size/],
] as const)
  test(`refused: advise ${parameters.join(' ').replaceAll(results, '')}`, () => {
    const { stderr, status } = mapbench(['advise', catalogue, ...parameters]);
    assert.equal(status, code);
    assert.match(stderr, sentence);
  });
