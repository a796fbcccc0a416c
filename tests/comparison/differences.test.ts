import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  differencesBetween,
  haveOneFingerprint,
  labelsThatDiffer,
} from '../../src/comparison/differences.ts';
import type { HostFacts, ResultDocument } from '../../src/results/document.ts';
import { documentOf, host } from '../results/sample-document.ts';

const fingerprint = {
  kernelVersion: '#41 SMP',
  compiler: 'gcc 15',
  buildId: '1f3a00000000aaaa',
  config: { sha256: 'aa', options: { PER_VMA_LOCK: 'y', HZ: '250' } },
  parameters: ['mitigations=auto'],
  processor: 'family 25, model 17, stepping 1',
  microcode: '0x1000065',
  mitigations: { spectre_v2: 'Mitigation: Retpolines' },
  shmemHugepages: 'never',
  hugepageDefrag: 'madvise',
  numaNodes: 1,
  coreKinds: {},
  limits: {},
} satisfies HostFacts['fingerprint'];

const withFacts = (facts: Partial<typeof fingerprint>, more: Partial<ResultDocument> = {}) =>
  documentOf([], { host: { ...host, fingerprint: { ...fingerprint, ...facts } }, ...more });

const old = withFacts({});

test('each fact of a fingerprint that differs is named, and it alone', () => {
  const changed: [Partial<typeof fingerprint> & { limits?: Record<string, string> }, string][] = [
    [{ kernelVersion: '#42 SMP' }, 'kernel version: #41 SMP against #42 SMP'],
    [{ compiler: 'clang 20' }, 'kernel compiler: gcc 15 against clang 20'],
    [{ buildId: '9c0e00000000bbbb' }, 'kernel build id: 1f3a00000000 against 9c0e00000000'],
    [
      { config: { sha256: 'bb', options: fingerprint.config.options } },
      'kernel configuration: aa against bb',
    ],
    [{ config: { sha256: 'aa', options: { PER_VMA_LOCK: 'y', HZ: '1000' } } }, 'CONFIG_HZ: 250 against 1000'],
    [{ parameters: ['mitigations=off'] }, 'kernel parameters: mitigations=auto against mitigations=off'],
    [{ microcode: '0x2' }, 'microcode: 0x1000065 against 0x2'],
    [
      { mitigations: { spectre_v2: 'Mitigation: IBRS' } },
      'mitigation spectre_v2: Mitigation: Retpolines against Mitigation: IBRS',
    ],
    [{ shmemHugepages: 'always' }, 'transparent huge pages of shared memory: never against always'],
    [{ numaNodes: 2 }, 'NUMA nodes: 1 against 2'],
  ];
  for (const [facts, sentence] of changed) {
    const now = withFacts(facts);
    assert.deepEqual(differencesBetween([old], [now]), [sentence]);
    assert.equal(haveOneFingerprint(old, now), false, sentence);
  }
});

test('a limit that one side has alone is a difference; what a document does not say is none', () => {
  const limited = withFacts({ limits: { 'cpu.max': '50000 100000' } } as object);
  assert.deepEqual(differencesBetween([old], [limited]), ['limit cpu.max: not set against 50000 100000']);
  assert.deepEqual(differencesBetween([documentOf([])], [limited]), []);
  assert.equal(haveOneFingerprint(documentOf([]), limited), true);
});

test('two runs of one machine have one fingerprint, whatever it is called and whichever CPU was measured on', () => {
  const renamed = withFacts({}, { options: { ...old.options, cpu: 0 } });
  assert.equal(haveOneFingerprint(old, renamed), true);
  const differing = differencesBetween([withFacts({}, { options: { ...old.options, cpu: 1 } })], [renamed]);
  assert.deepEqual(differing, ['CPU measured on: 1 against 0']);
});

test('the kind of core that was measured on is of the fingerprint', () => {
  const hybrid = (cpu: number) =>
    withFacts({ coreKinds: { core: '0-7', atom: '8-15' } } as object, { options: { ...old.options, cpu } });
  assert.deepEqual(differencesBetween([hybrid(2)], [hybrid(9)]), [
    'kind of core: core against atom',
    'CPU measured on: 2 against 9',
  ]);
  assert.equal(haveOneFingerprint(hybrid(2), hybrid(9)), false);
});

test('labels that differ are named for themselves', () => {
  const labelled = (labels: Record<string, string>) => ({ ...old, labels });
  assert.deepEqual(
    labelsThatDiffer([labelled({ patch: 'v2', board: 'a' })], [labelled({ patch: 'v3', board: 'a' })]),
    [{ name: 'patch', old: 'v2', now: 'v3' }],
  );
});
