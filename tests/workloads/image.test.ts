import assert from 'node:assert/strict';
import { test } from 'node:test';
import { constantHalves, hash32 } from '../../src/workloads/content.ts';
import { functionBytes, functionTemplate } from '../../src/workloads/functions.ts';
import { expectedOf, firstOf, kindOf, planImage, targetOf } from '../../src/workloads/image.ts';
import { patchSites, siteOffset } from '../../src/workloads/patch.ts';
import type { Calls } from '../../src/workloads/workload.ts';

const planned = (bytes: number, isRelocated: boolean, calls: Calls) =>
  planImage(bytes, { kind: 'image', isRelocated, calls });

test('hash32 is the finalizer of MurmurHash3', () => {
  // Known answers of fmix32.
  assert.equal(hash32(0), 0);
  assert.equal(hash32(1), 0x514e28b7);
  assert.equal(hash32(0xffffffff), 0x81f16f39);
});

test('the plan: sources that no cache holds, calls as asked for', () => {
  const plan = planned(16384, false, { fraction: 0.1 });
  assert.deepEqual(plan, {
    length: 16384,
    functions: 256,
    sources: 64,
    isRelocated: false,
    isChained: false,
    calls: 26,
    stride: 9,
  });
  assert.equal(planned(2 * 1024 * 1024, false, { count: 1 }).sources, 8);
  assert.equal(planned(1024 * 4096 * 16, false, { count: 1 }).sources, 4);
  assert.equal(planned(4096, false, { count: 1000 }).calls, 64);
  assert.equal(planned(4096, false, { fraction: 0.001 }).calls, 1);
});

test('the called functions lie in the image, whatever the source', () => {
  for (const bytes of [4096, 12288, 65536]) {
    for (const fraction of [0.01, 0.1, 1]) {
      const plan = planned(bytes, true, { fraction });
      for (let source = 0; source < plan.sources; source++)
        assert.ok(firstOf(plan, source) + (plan.calls - 1) * plan.stride < plan.functions);
    }
  }
});

test('functions that others call call none of the image', () => {
  const plan = planned(16384, true, { fraction: 1 });
  for (let index = 0; index < plan.functions; index++)
    assert.equal(kindOf(plan, targetOf(plan, index)), 'link');
});

test('the expected result by hand, of one leaf', () => {
  const plan = planned(4096, false, { count: 1 });
  const [low, high] = constantHalves(0);
  const constant = (BigInt(high) << 32n) | BigInt(low);
  // The first function of source 0, given 0.
  assert.equal(expectedOf(plan, 0), BigInt.asUintN(64, constant * constant));
  assert.notEqual(expectedOf(plan, 0), expectedOf(plan, 1));
});

test('templates fill their place and leave room for what is filled in', () => {
  for (const architecture of ['x64', 'arm64'] as const) {
    for (const kind of ['leaf', 'absolute', 'relative', 'link'] as const) {
      const { code, constantAt, fixupAt } = functionTemplate(kind, architecture);
      assert.equal(code.length, functionBytes);
      assert.ok(constantAt + 8 <= functionBytes);
      assert.equal(fixupAt === undefined, kind === 'leaf');
      // AArch64's words are loaded and stored as wholes.
      if (architecture === 'arm64') assert.equal(constantAt % 8, 0);
    }
  }
});

test('patched places lie in the region, apart from each other', () => {
  const bytes = 1024 * 1024;
  const offsets = new Set<number>();
  const pages = new Set<number>();
  for (let site = 0; site < patchSites; site++) {
    const offset = siteOffset(site, bytes);
    assert.ok(offset % 64 === 0 && offset + 8 <= bytes);
    offsets.add(offset);
    pages.add(Math.floor(offset / 4096));
  }
  assert.ok(offsets.size > 0.95 * patchSites);
  assert.ok(pages.size > 240, `${pages.size} of 256 pages`);
});

test('a chain calls what the last result says, in an image of which there is one', () => {
  const plan = planImage(16384, { kind: 'image', isRelocated: false, isChained: true, calls: { count: 3 } });
  assert.equal(plan.sources, 1);
  const constant = (index: number) => {
    const [low, high] = constantHalves(index);
    return (BigInt(high) << 32n) | BigInt(low);
  };
  const call = (index: number, x: bigint) => BigInt.asUintN(64, (x ^ constant(index)) * constant(index));
  const first = call(0, 0n);
  const second = call(Number(((first >> 32n) * 256n) >> 32n), first);
  assert.equal(expectedOf(plan, 0), call(Number(((second >> 32n) * 256n) >> 32n), second));
});
