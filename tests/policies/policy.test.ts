import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { forbidsGeneratedCode, needsOwnPids } from '../../src/policies/apply.ts';
import { parsePolicies, policyKinds, sizeOf } from '../../src/policies/policy.ts';
import { seccompProfiles } from '../../src/policies/seccomp.ts';
import { cellText, reasonsOf } from '../../src/report/terminal/policies.ts';
import { parseMatrix } from '../../src/results/matrix.ts';
import { RequestError } from '../../src/system/errors.ts';
import { compileFilter, type Filter } from '../../src/system/seccomp.ts';
import type { Architecture } from '../../src/system/syscalls.ts';

const recorded = join(import.meta.dirname, '../../results/policies/epyc-firecracker-6.18-2026-11.json');

test('policies are put on in an order in which none takes what the next one needs', () => {
  const texts = parsePolicies('seccomp=docker, mdwe,unprivileged,memlock=64K,noexec-shm,memfd-noexec=2').map(
    ({ text }) => text,
  );
  assert.deepEqual(texts, [
    'memfd-noexec=2',
    'noexec-shm',
    'memlock=64K',
    'unprivileged',
    'mdwe',
    'seccomp=docker',
  ]);
});

for (const [text, sentence] of [
  ['mdew', /There is no policy mdew; the nearest is mdwe/],
  ['', /There is no policy without a name/],
  ['mdwe=1', /mdwe takes no value/],
  ['memlock', /memlock needs a size, as memlock=64K/],
  ['memlock=lots', /memlock needs a size/],
  ['seccomp=podman', /seccomp needs a value: seccomp=docker or seccomp=systemd-mdwe/],
  ['memfd-noexec=3', /memfd-noexec needs a value/],
  ['mdwe,mdwe', /mdwe is given twice/],
] as const)
  test(`no policy: ${text || 'nothing'}`, () => {
    assert.throws(
      () => parsePolicies(text),
      (error) => error instanceof RequestError && sentence.test(error.message),
    );
  });

test('sizes', () => {
  assert.deepEqual(
    ['4096', '64K', '64k', '8M', '1G', '0'].map(sizeOf),
    [4096, 65_536, 65_536, 8_388_608, 1_073_741_824, 0],
  );
  assert.deepEqual(['', 'K', '-1', '1T', '1.5M'].map(sizeOf), Array(5).fill(undefined));
});

test('which policies forbid the code of Node.js itself, and which need a pid namespace', () => {
  const all = policyKinds.map((kind) => {
    const [value] = 'values' in kind ? (kind.values === 'size' ? ['64K'] : kind.values) : [];
    return value === undefined ? kind.name : `${kind.name}=${value}`;
  });
  assert.deepEqual(all.filter(forbidsGeneratedCode), ['mdwe', 'seccomp=docker']);
  assert.deepEqual(all.filter(needsOwnPids), ['memfd-noexec=0']);
  assert.equal(needsOwnPids('mdwe,memfd-noexec=2'), true);
});

/** Runs a filter's program as the kernel would; returns the errno, or 0. */
function answerOf(
  filter: Filter,
  number: number,
  args: readonly number[] = [],
  of: Architecture = 'x64',
): number {
  const program = compileFilter(filter, of);
  const data = new DataView(new ArrayBuffer(64));
  data.setUint32(0, number, true);
  data.setUint32(4, of === 'x64' ? 0xc000003e : 0xc00000b7, true);
  args.forEach((value, index) => {
    data.setBigInt64(16 + 8 * index, BigInt(value), true);
  });
  let accumulator = 0;
  for (let at = 0; ; at++) {
    const instruction = program[at];
    assert.ok(instruction, 'the program ends with a return');
    const { code, jt, jf, k } = instruction;
    if (code === 0x20) accumulator = data.getUint32(k, true);
    else if (code === 0x06) return k === 0x7fff0000 ? 0 : k & 0xffff;
    else {
      const holds =
        code === 0x15 ? accumulator === k : code === 0x25 ? accumulator > k : (accumulator & k) !== 0;
      at += holds ? jt : jf;
    }
  }
}

test('what Docker’s profile refuses, and what not (x86-64)', () => {
  const filter = seccompProfiles.docker('x64');
  const [userfaultfd, memfdCreate, mprotect, perfEventOpen, clone, clone3, mseal] = [
    323, 319, 10, 298, 56, 435, 462,
  ];
  assert.deepEqual(
    [userfaultfd, perfEventOpen].map((number) => answerOf(filter, number)),
    [1, 1],
  );
  assert.deepEqual(
    [memfdCreate, mprotect, mseal].map((number) => answerOf(filter, number, [0, 0, 7])),
    [0, 0, 0],
  );
  assert.equal(answerOf(filter, clone, [0x3d0f00]), 0);
  assert.equal(answerOf(filter, clone, [0x10000000]), 1);
  assert.equal(answerOf(filter, clone3), 38);
  assert.equal(answerOf(filter, 470), 38);
});

test('what MemoryDenyWriteExecute= refuses (AArch64)', () => {
  const filter = seccompProfiles['systemd-mdwe']('arm64');
  const [mmap, mprotect] = [222, 226];
  assert.deepEqual(
    [1, 3, 5, 7].map((prot) => answerOf(filter, mmap, [0, 4096, prot], 'arm64')),
    [0, 0, 0, 1],
  );
  assert.deepEqual(
    [1, 3, 5, 7].map((prot) => answerOf(filter, mprotect, [0, 4096, prot], 'arm64')),
    [0, 0, 1, 1],
  );
});

test('conditions look at all 64 bits', () => {
  const filter = { refusals: [{ number: 5, when: [{ index: 2, equals: -1 }], errno: 9 }] };
  assert.equal(answerOf(filter, 5, [0, 0, -1]), 9);
  assert.equal(answerOf(filter, 5, [0, 0, 0xffffffff]), 0);
  assert.equal(answerOf(filter, 6, [0, 0, -1]), 0);
});

test('a recorded matrix says what was refused, also where the sentence alone does', () => {
  const { host } = JSON.parse(readFileSync(recorded, 'utf8'));
  const cells = [
    { policy: 'mdwe', status: 'unavailable', reason: 'mmap: EACCES (permission denied) in step 1: mdwe' },
    {
      policy: 'mdwe',
      status: 'unavailable',
      reason: 'the policy mdwe cannot be put on: prctl: EINVAL (invalid argument); it needs Linux 6.3',
    },
    { policy: 'mdwe', status: 'unavailable', reason: 'it makes no sense' },
    {
      policy: 'mdwe',
      status: 'unavailable',
      reason: 'any words',
      refusal: { of: 'call', errno: 'EPERM', sentence: 'other words' },
    },
  ];
  const matrix = parseMatrix(
    JSON.stringify({
      schema: 'mapbench-matrix/1',
      tool: { version: '0.1.0' },
      createdAt: '2026-11-20T00:00:00.000Z',
      host,
      policies: cells.map(() => 'mdwe'),
      rows: [{ strategy: 'rwx', wx: 'rwx', cells }],
    }),
    'matrix.json',
  );
  const [row] = matrix.rows;
  assert.deepEqual(row?.cells.map(cellText), ['EACCES', 'not put on', 'unavailable', 'EPERM']);
  assert.deepEqual(
    reasonsOf(matrix).map(({ reason }) => reason),
    [
      'mmap: EACCES (permission denied): mdwe',
      'the policy mdwe cannot be put on: prctl: EINVAL (invalid argument); it needs Linux 6.3',
      'it makes no sense',
      'other words',
    ],
  );
});
