import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { systemFiles } from '../../src/system/files.ts';
import { fingerprintOf, readBytes } from '../../src/system/fingerprint.ts';
import { fakeFiles } from '../support/fake-files.ts';

/** An ELF note as the kernel shows it. */
function note(type: number, name: string, description: Buffer): Buffer {
  const padded = (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
  const head = Buffer.alloc(12);
  head.writeUInt32LE(name.length + 1, 0);
  head.writeUInt32LE(description.length, 4);
  head.writeUInt32LE(type, 8);
  return Buffer.concat([head, padded(Buffer.from(`${name}\0`)), padded(description)]);
}

const config = '# Linux\nCONFIG_HZ=250\nCONFIG_USB=y\n# CONFIG_KASAN is not set\nCONFIG_PER_VMA_LOCK=y\n';

const files = fakeFiles({
  '/proc/sys/kernel/version': '#41 SMP PREEMPT_DYNAMIC',
  '/proc/version': 'Linux version 6.18.0 (me@host) (gcc (GCC) 15.3.0, GNU ld 2.46) #41 SMP',
  '/proc/cmdline': 'root=UUID=secret mitigations=off token=secret transparent_hugepage=never quiet',
  '/proc/cpuinfo': 'cpu family\t: 25\nmodel\t\t: 17\nstepping\t: 1\nmicrocode\t: 0x1000065',
  '/sys/devices/system/cpu/vulnerabilities/meltdown': 'Not affected',
  '/sys/devices/system/cpu/vulnerabilities/spectre_v2': 'Mitigation: Retpolines',
  '/sys/kernel/mm/transparent_hugepage/shmem_enabled': 'always [advise] never',
  '/sys/kernel/mm/transparent_hugepage/defrag': 'always defer defer+madvise [madvise] never',
  '/sys/devices/system/node/node0/cpulist': '0-1',
  '/sys/devices/cpu_core/cpus': '0-3',
  '/sys/devices/cpu_atom/cpus': '4-7',
  '/proc/self/cgroup': '0::/a/b',
  '/sys/fs/cgroup/a/cpu.max': '50000 100000',
  '/sys/fs/cgroup/a/b/cpu.max': 'max 100000',
});

const bytes = (path: string) =>
  path === '/proc/config.gz'
    ? gzipSync(config)
    : path === '/sys/kernel/notes'
      ? Buffer.concat([note(1, 'Linux', Buffer.alloc(6)), note(3, 'GNU', Buffer.from('4a5a9b', 'hex'))])
      : undefined;

test('what distinguishes two builds of one release, and two states of a host', () => {
  const { config: read, ...found } = fingerprintOf(files, bytes, '6.18.0');
  assert.deepEqual(found, {
    kernelVersion: '#41 SMP PREEMPT_DYNAMIC',
    compiler: 'gcc (GCC) 15.3.0, GNU ld 2.46',
    buildId: '4a5a9b',
    // Nothing else of the command line is kept: it may hold secrets.
    parameters: ['mitigations=off', 'transparent_hugepage=never'],
    processor: 'family 25, model 17, stepping 1',
    microcode: '0x1000065',
    mitigations: { spectre_v2: 'Mitigation: Retpolines' },
    shmemHugepages: 'advise',
    hugepageDefrag: 'madvise',
    numaNodes: 1,
    coreKinds: { core: '0-3', atom: '4-7' },
    limits: { 'cpu.max': '50000 100000' },
  });
  assert.deepEqual(read?.options, { HZ: '250', PER_VMA_LOCK: 'y' });
  assert.match(read?.sha256 ?? '', /^[0-9a-f]{16}$/);
});

test('the configuration may lie in /boot; another one has another sum', () => {
  const fromBoot = (text: string) =>
    fingerprintOf(files, (path) => (path === '/boot/config-6.18.0' ? Buffer.from(text) : undefined), '6.18.0')
      .config;
  assert.equal(fromBoot(config)?.sha256, fingerprintOf(files, bytes, '6.18.0').config?.sha256);
  assert.notEqual(fromBoot(`${config}CONFIG_X=y\n`)?.sha256, fromBoot(config)?.sha256);
});

test('where nothing can be read, nothing is said', () => {
  assert.deepEqual(
    fingerprintOf(fakeFiles({}), () => undefined, '6.18.0'),
    {
      parameters: [],
      mitigations: {},
      coreKinds: {},
      limits: {},
    },
  );
  const broken = (path: string) =>
    path === '/proc/config.gz' ? Buffer.from('no gzip') : Buffer.from([1, 2]);
  assert.equal(fingerprintOf(fakeFiles({}), broken, '6.18.0').config, undefined);
});

test('this host reads alike twice', () => {
  const read = () => fingerprintOf(systemFiles, readBytes, 'none');
  assert.deepEqual(read(), read());
  assert.ok(read().kernelVersion);
});
