import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { bootId, identify } from '../../src/system/process.ts';
import { applyChanges, planChanges, putBack } from '../../src/tuning/apply.ts';
import { claimJournal, type Journal, readJournal } from '../../src/tuning/journal.ts';
import { restoreLeft } from '../../src/tuning/restore.ts';
import { formatMask, hugePages, interrupts, isSetting, parseMask } from '../../src/tuning/settings.ts';
import { fakeFiles } from '../support/fake-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'mapbench-tuning-'));
after(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const gone = { pid: 2 ** 22 + 1, startedAt: 1 };
const self = identify(process.pid) ?? gone;
const journalOf = (changes: Journal['changes'], more: Partial<Journal> = {}): Journal => ({
  schema: 'mapbench-journal/1',
  bootId: bootId(),
  owner: gone,
  guard: gone,
  changes,
  ...more,
});

test('what is changed is put back byte for byte, and what the kernel refused is not touched', () => {
  const path = file('governor', 'powersave\n');
  const refused = join(folder, 'no', 'such', 'file');
  const tried = applyChanges([
    { path, before: 'powersave\n', wanted: 'performance' },
    { path: refused, before: '3\n', wanted: '1' },
  ]);
  assert.deepEqual(
    tried.map(({ set }) => set),
    ['performance', null],
  );
  assert.deepEqual(putBack(tried), [{ path, outcome: 'put back' }]);
  assert.equal(readFileSync(path, 'utf8'), 'powersave\n');
  assert.deepEqual(putBack(tried), [{ path, outcome: 'as it was' }]);
});

test('what somebody else changed meanwhile stays, with a sentence', () => {
  const path = file('pool', '99\n');
  const [only] = putBack([{ path, before: '8\n', wanted: '64', set: '64\n' }]);
  assert.equal(only?.outcome, 'foreign');
  assert.match(only?.reason ?? '', /is 99: somebody else changed it meanwhile, and it stays \(it was 8\)$/);
  assert.equal(readFileSync(path, 'utf8'), '99\n');
});

test('where the guard died amid a change, what it may have become is put back', () => {
  const half = file('half', '40\n');
  const mask = file('mask', '00000000,00000001\n');
  const other = file('other', '7\n');
  const outcomes = putBack([
    { path: half, before: '8\n', wanted: '64' },
    { path: mask, before: '00000000,00000003\n', wanted: '1' },
    { path: other, before: '8\n', wanted: '64' },
  ]).map(({ outcome }) => outcome);
  assert.deepEqual(outcomes, ['foreign', 'put back', 'put back']);
  assert.equal(readFileSync(mask, 'utf8'), '00000000,00000003\n');
});

test('a journal is a lock: a second claim says who holds it, or that a killed one left it', () => {
  const place = join(folder, 'lock');
  claimJournal(place, journalOf([], { owner: self }));
  assert.equal(statSync(join(place, 'tuned.json')).mode & 0o777, 0o600);
  const message = new RegExp(`process ${process.pid}\\) has settings changed.*wait for its end`);
  assert.throws(() => claimJournal(place, journalOf([])), message);
  assert.throws(() => restoreLeft(place), /still runs and will put its settings back/);
  const left = join(folder, 'left');
  claimJournal(left, journalOf([]));
  assert.throws(() => claimJournal(left, journalOf([])), /mapbench doctor --restore$/);
});

test('a restore puts back what is left, keeps what fails for another try, and forgets what a boot undid', () => {
  const place = join(folder, 'restore');
  const path = file('left-pool', '64\n');
  const broken = join(folder, 'absent');
  const changes = [
    { path, before: '8\n', wanted: '64', set: '64\n' },
    { path: broken, before: '8\n', wanted: '64', set: '64\n' },
  ];
  const any = () => true;
  claimJournal(place, journalOf(changes));
  assert.deepEqual(
    restoreLeft(place, any)?.map(({ outcome }) => outcome),
    ['failed', 'put back'],
  );
  assert.equal(readFileSync(path, 'utf8'), '8\n');
  assert.deepEqual(
    readJournal(place, any)?.changes.map((change) => change.path),
    [broken],
  );
  writeFileSync(broken, '64\n');
  assert.deepEqual(
    restoreLeft(place, any)?.map(({ outcome }) => outcome),
    ['put back'],
  );
  assert.equal(restoreLeft(place, any), undefined);
  claimJournal(place, journalOf([{ path, before: '1\n', wanted: '8', set: '8\n' }], { bootId: 'earlier' }));
  assert.deepEqual(restoreLeft(place, any), []);
  assert.equal(readFileSync(path, 'utf8'), '8\n');
});

test('a journal that names other files is not obeyed', () => {
  const place = join(folder, 'hostile');
  claimJournal(place, journalOf([{ path: '/etc/passwd', before: '', wanted: '' }]));
  assert.throws(() => restoreLeft(place), /is no journal of mapbench/);
  assert.ok(
    isSetting('/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages') &&
      isSetting('/proc/irq/24/smp_affinity'),
  );
  assert.ok(
    !isSetting('/proc/irq/../sys/smp_affinity') &&
      !isSetting('/sys/kernel/mm/hugepages/hugepages-2048kB/../x') &&
      !isSetting('/proc/sys/vm/nr_hugepages'),
  );
});

test('masks are read and written as the kernel does', () => {
  assert.equal(parseMask('00000001,0000000f\n'), 0x1_0000_000fn);
  assert.equal(formatMask(0x1_0000_000fn), '1,0000000f');
  assert.equal(formatMask(1n), '1');
  assert.equal(parseMask('x'), 0n);
});

test('interrupts leave the CPU; those that had no other go to all others; one CPU has nowhere else', () => {
  const texts = {
    '/sys/devices/system/cpu/online': '0-3',
    '/proc/irq/1/smp_affinity': 'f\n',
    '/proc/irq/2/smp_affinity': '8\n',
    '/proc/irq/3/smp_affinity': '1\n',
    '/proc/irq/default_smp_affinity': 'f\n',
  };
  const wishes = { cpu: 3, hugePages: 8 };
  assert.deepEqual(interrupts.plan(fakeFiles(texts), wishes), [
    { path: '/proc/irq/1/smp_affinity', wanted: '7' },
    { path: '/proc/irq/2/smp_affinity', wanted: '7' },
  ]);
  const single = { ...texts, '/sys/devices/system/cpu/online': '3' };
  assert.deepEqual(interrupts.plan(fakeFiles(single), wishes), []);
});

test('the pool that is filled is that of 2 MiB, whatever the default size is', () => {
  const pool = '/sys/kernel/mm/hugepages/hugepages-2048kB';
  // default_hugepagesz=1G: vm.nr_hugepages counts pages of 1 GiB.
  const files = fakeFiles({
    '/proc/meminfo': 'Hugepagesize: 1048576 kB',
    '/proc/sys/vm/nr_hugepages': '0',
    [`${pool}/nr_hugepages`]: '3',
    [`${pool}/free_hugepages`]: '1',
  });
  assert.deepEqual(hugePages.plan(files, { cpu: 0, hugePages: 8 }), [
    { path: `${pool}/nr_hugepages`, wanted: '10' },
  ]);
  assert.deepEqual(
    hugePages.plan(fakeFiles({ '/proc/sys/vm/nr_hugepages': '0' }), { cpu: 0, hugePages: 8 }),
    [],
  );
});

test('what need not be changed is said with the reason, and nothing is planned', () => {
  const cpu = '/sys/devices/system/cpu';
  const pool = '/sys/kernel/mm/hugepages/hugepages-2048kB';
  const files = fakeFiles({
    [`${cpu}/online`]: '0',
    '/proc/cpuinfo': 'flags : hypervisor',
    '/proc/sys/kernel/osrelease': '6.1.0-fc-v1',
    '/proc/sys/vm/nr_hugepages': '1',
    [`${pool}/nr_hugepages`]: '8',
    [`${pool}/free_hugepages`]: '8',
  });
  assert.deepEqual(planChanges(files, { cpu: 0, hugePages: 8 }), {
    changes: [],
    forbidden: [],
    untouched: [
      'huge pages of 2 MiB are enough (8 free)',
      'governor is not there: a VM (Firecracker)',
      'interrupts cannot, or need not, be kept off CPU 0',
    ],
  });
});
