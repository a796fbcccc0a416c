import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { faultHandlingOf } from '../../src/program/ir.ts';
import { parseDocument } from '../../src/results/parse.ts';
import { programFor } from '../../src/runner/bench.ts';
import { catalogue } from '../../src/strategies/catalogue.ts';
import { pageSize } from '../../src/system/memory.ts';
import { findWorkload } from '../../src/workloads/catalogue.ts';
import { mapbench } from '../support/mapbench.ts';

const short = ['run', '--forks', '2', '--time', '5'];

const skip = existsSync('/sys/kernel/tracing/events/syscalls/sys_enter_mprotect/id')
  ? false
  : 'no tracepoints of system calls can be read';

function measured(options: readonly string[]) {
  const { stdout, stderr, status } = mapbench([...short, ...options, '--format', 'json']);
  assert.ok(status === 0, stderr);
  return parseDocument(stdout, 'standard output').cases.flatMap((each) =>
    each.status === 'measured' ? [each] : [],
  );
}

test("tracepoints count exactly the program's calls, for every strategy that runs here", { skip }, () => {
  const calls = ['mmap', 'mprotect', 'munmap', 'mremap', 'madvise'] as const;
  const names = calls.map((call) => `syscalls:sys_enter_${call}`);
  const cases = measured(['-s', '@all', '--event', names.join(',')]);
  assert.ok(cases.length > 20, `${cases.length} strategies`);
  for (const { strategy: name, events } of cases) {
    const strategy = catalogue.find((each) => each.name === name);
    assert.ok(strategy);
    const program = programFor(strategy, findWorkload('ret'), { pages: 4, pageSize: pageSize() });
    for (const call of calls) {
      const expected = program.iteration.reduce(
        (sum, step) => sum + (step.kind === 'call' && step.call === call ? 1 / (step.every ?? 1) : 0),
        0,
      );
      const found = events?.find((each) => each.name === `syscalls:sys_enter_${call}`)?.point;
      assert.ok(found !== undefined, `${name}: ${call} was not counted`);
      // A handler of faults makes these for each of the 4 pages.
      const handled = ['mmap', 'mprotect', 'mremap'].includes(call) ? 4 : 0;
      const more = faultHandlingOf(program) === undefined ? 0 : handled;
      const perLoad = expected / program.loads + more;
      assert.ok(Math.abs(found - perLoad) < 0.01, `${name}: ${found} of ${call} a load, ${perLoad} expected`);
    }
  }
});

test('a software event agrees with what getrusage counts, and stands in a column', () => {
  const { status, stdout, stderr } = mapbench([...short, '-s', 'naive,memfd', '--event', 'page-faults:u']);
  if (/paranoid|seccomp/.test(stderr)) return;
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^events a load +page-faults:u$/m);
  assert.match(stdout, /^naive +(4\.0\d|\[4\.0\d .*\])$/m);
  assert.match(stdout, /^memfd +0$/m);
});

test('events of threads are those of all, a load', { skip }, () => {
  const [only] = measured(['-s', 'reuse', '--threads', '2', '--event', 'syscalls:sys_enter_mprotect']);
  const [{ point = 0 } = {}] = only?.events ?? [];
  assert.ok(Math.abs(point - 2) < 0.05, `${point} a load`);
});

for (const [options, expected, message] of [
  [['--event', 'tlb:tlb_flsh'], 2, /^mapbench: there is no event tlb:tlb_flsh here; near it: tlb:tlb_flush/],
  [['--event', 'cycels'], 2, /^mapbench: there is no event cycels here; near it: cycles/],
  [['--event', ','], 2, /must be the name of an event, as tlb:tlb_flush/],
  [['--event', 'cycles', '--processes', '2'], 2, /^mapbench: --event looks at one process/],
  [['--event', 'cycles', '--engine', 'ffi'], 2, /^mapbench: --event needs --engine native/],
] as const) {
  test(`run ${options.join(' ')} is refused in one sentence, before anything is measured`, {
    skip: options[1].startsWith('tlb') && skip,
  }, () => {
    const { status, stdout, stderr } = mapbench([...short, '-s', 'reuse', ...options]);
    assert.equal(status, expected);
    assert.equal(stdout, '');
    assert.match(stderr, message);
    assert.equal(stderr.trim().split('\n').length, 1);
  });
}
