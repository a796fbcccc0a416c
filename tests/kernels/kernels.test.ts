import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KernelCase, KernelResult } from '../../scripts/kernels/boot.ts';
import { differencesOf } from '../../scripts/kernels/differences.ts';
import { kernels, newestOf } from '../../scripts/kernels/kernels.ts';
import { systemCallsOf } from '../../scripts/kernels/system-calls.ts';
import { findStrategy } from '../../src/strategies/catalogue.ts';

test('the newest package is the one with the highest numbers', () => {
  const names = ['linux-image-5.10.0-9-cloud-amd64', 'linux-image-5.10.0-46-cloud-amd64'];
  assert.equal(newestOf(names), names[1]);
  assert.throws(() => newestOf([]), /no kernel of this series/);
});

test('the patterns know Debian’s names, and no other kernel’s', () => {
  const names = [
    'linux-image-5.10.0-46-cloud-amd64',
    'linux-image-6.1.0-56-cloud-amd64',
    'linux-image-6.12.117+deb13-cloud-amd64',
    'linux-binary-7.2.13+deb14-cloud-amd64',
  ];
  for (const [index, { packages }] of kernels.entries())
    assert.deepEqual(
      names.filter((name) => packages.test(name)),
      [names[index]],
    );
});

const reuse: KernelCase = { strategy: 'reuse', status: 'measured', faults: 4.02, checks: 4, failed: [] };
const result = (each: KernelCase): KernelResult => ({
  kernel: '5.10',
  cpu: 'QEMU',
  pageSize: 4096,
  pages: 4,
  cases: [each],
});

test('what differs from a known boot is named', () => {
  const differences = (each: KernelCase) => differencesOf(result(reuse), result(each));
  assert.deepEqual(differences({ ...reuse, faults: 4.3 }), []);
  assert.deepEqual(differences({ ...reuse, faults: 0 }), ['reuse took 4.02 faults an iteration, takes 0']);
  assert.deepEqual(differences({ ...reuse, failed: ['fresh code: 3 of 4'] }), [
    'reuse fails a check: fresh code: 3 of 4',
  ]);
  const { faults: _, ...rest } = reuse;
  assert.deepEqual(differences({ ...rest, status: 'unavailable', reason: 'mprotect: EACCES' }), [
    'reuse was measured, is unavailable: mprotect: EACCES',
  ]);
  assert.deepEqual(differences({ ...reuse, strategy: 'other' }), ['reuse is gone']);
});

test('system calls of a load', () => {
  const calls = (name: string) => {
    const strategy = findStrategy(name);
    assert.ok(strategy);
    return systemCallsOf(strategy, { pages: 4, pageSize: 4096 });
  };
  assert.deepEqual(['naive', 'reuse', 'rwx', 'memfd_pwrite', 'memfd_oop'].map(calls), [
    '3',
    '2',
    '0',
    '4',
    '0 + futex',
  ]);
});
