import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import { foldedOf, speedscopeOf, treesOfSpeedscope } from '../../src/profile/formats.ts';
import { summaryOf } from '../../src/profile/summary.ts';
import { functionTotals } from '../../src/profile/totals.ts';
import { differenceOf, kindOf, perfFractionOf, samplesOf, treeOf } from '../../src/profile/tree.ts';
import { memfd, naive } from './example.ts';

test('what perf calls is perf’s own doing', () => {
  const frames = ['mprotect', 'mprotect_fixup', 'perf_event_mmap', 'memcpy'];
  assert.deepEqual(
    frames.map((_, depth) => kindOf(frames, depth)),
    ['step', 'kernel', 'perf', 'perf'],
  );
  assert.equal(samplesOf(naive), 10);
  assert.equal(perfFractionOf(naive), 0.3);
});

test('a tree holds nanoseconds an iteration, each frame’s with what it calls', () => {
  const tree = treeOf(naive);
  assert.deepEqual([tree.name, tree.kind, tree.value], ['naive', 'root', 1000]);
  assert.deepEqual(
    tree.children.map(({ name, value, kind }) => [name, value, kind]),
    [
      ['execute_module', 100, 'step'],
      ['mprotect', 500, 'step'],
      ['write_module', 400, 'step'],
    ],
  );
  const fault = tree.children[2]?.children[0];
  assert.deepEqual([fault?.name, fault?.value, fault?.kind], ['exc_page_fault', 400, 'kernel']);
});

test('functions in all, themselves and with what they call', () => {
  const totals = new Map(functionTotals(treeOf(naive)).map((each) => [each.name, each]));
  assert.deepEqual(totals.get('exc_page_fault'), {
    name: 'exc_page_fault',
    self: 100,
    total: 400,
    selfDelta: 0,
  });
  const recursive = { ...naive, stacks: [{ frames: ['mmap', 'f', 'g', 'f'], samples: 10 }] };
  const f = functionTotals(treeOf(recursive)).find(({ name }) => name === 'f');
  assert.deepEqual([f?.self, f?.total], [1000, 1000]);
});

test('a difference names what is new, what is gone and what takes more', () => {
  const tree = differenceOf(treeOf(naive), treeOf(memfd));
  assert.equal(tree.delta, -900);
  assert.deepEqual(
    tree.children.map(({ name, value, delta }) => [name, value, delta]),
    [
      ['execute_module', 50, -50],
      ['write_module', 50, -350],
      ['mprotect', 0, -500],
    ],
  );
  const flush = functionTotals(tree).find(({ name }) => name === 'flush_tlb_mm_range');
  assert.deepEqual([flush?.self, flush?.selfDelta], [0, -200]);
});

test('a summary by step: the kernel’s fraction without perf’s, the functions, the way to most of it', () => {
  const [mprotect, write, execute] = summaryOf(naive, 1);
  assert.deepEqual(mprotect, {
    step: 'mprotect',
    fraction: 0.5,
    time: 500,
    kernelFraction: 0.4,
    functions: [{ name: 'flush_tlb_mm_range', fraction: 0.2 }],
    path: ['do_syscall_64', 'flush_tlb_mm_range'],
  });
  assert.deepEqual(write?.path, ['exc_page_fault', 'handle_mm_fault']);
  assert.deepEqual(execute?.functions, []);
});

test('folded stacks, a line each', () => {
  assert.equal(
    foldedOf([memfd, { ...naive, stacks: naive.stacks.slice(0, 1) }]),
    `memfd;write_module_[j] 1
memfd;execute_module_[j] 1
naive;mprotect_[j];do_syscall_64_[k];perf_event_mmap_[k];memcpy_[k] 3
`,
  );
});

test('speedscope’s file fits its schema and is read back', () => {
  const file = speedscopeOf([naive, memfd], 'mapbench 0');
  const schema = createRequire(import.meta.url).resolve('speedscope/package.json');
  const text = readFileSync(schema.replace('package.json', 'dist/release/file-format-schema.json'), 'utf8');
  const validate = new Ajv({ strict: false }).compile(JSON.parse(text));
  assert.ok(validate(file), JSON.stringify(validate.errors));
  assert.deepEqual(treesOfSpeedscope(JSON.stringify(file), 'x'), [
    { ...treeOf(naive), name: 'naive, 4 pages' },
    { ...treeOf(memfd), name: 'memfd, 4 pages' },
  ]);
});

test('what is no file of speedscope’s is refused by name', () => {
  for (const [text, problem] of [
    ['{', /^x: is truncated/],
    ['{}', /^x: is no profile; mapbench profile/],
    ['{"shared":{"frames":[]},"profiles":[{"type":"evented"}]}', /^x: is no profile; mapbench profile/],
  ] as const)
    assert.throws(() => treesOfSpeedscope(text, 'x'), { name: 'DocumentError', message: problem });
});
