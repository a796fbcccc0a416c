import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checks } from '../../src/doctor/checks.ts';
import { examine } from '../../src/doctor/examine.ts';
import type { Facts } from '../../src/doctor/facts.ts';
import { type Activity, readActivity } from '../../src/system/activity.ts';
import { fakeFiles } from '../support/fake-files.ts';

// The folder that it looks at is /tmp.
delete process.env.TMPDIR;

type Texts = Readonly<Record<string, string>>;
type Other = Partial<Omit<Facts, 'files'>>;

const usual = { pageSize: 4096, mdwe: 0, node: 'v22.1.0', koffi: '3.3.4', architecture: 'x64' };

function find(id: string, texts: Texts, other: Other = {}) {
  const own = checks.filter((check) => check.id === id);
  assert.equal(own.length, 1, id);
  return examine({ files: fakeFiles(texts), ...usual, ...other }, own);
}

const cpu = '/sys/devices/system/cpu';
const vulnerabilities = `${cpu}/vulnerabilities`;
const pool = '/sys/kernel/mm/hugepages/hugepages-2048kB';
const thp = '/sys/kernel/mm/transparent_hugepage';
const status = (capabilities: string, more = '') => ({
  '/proc/self/status': `Name:\tnode\nCapEff:\t${capabilities}\n${more}`,
});
const none = '0000000000000000';
const root = '000001ffffffffff';
const limits = (soft: string) => ({
  '/proc/self/limits': `Limit                     Soft Limit           Hard Limit           Units\nMax locked memory         ${soft}              unlimited            bytes`,
});
const vm = { '/proc/cpuinfo': 'flags\t\t: fpu hypervisor', '/sys/class/dmi/id/sys_vendor': 'QEMU' };
const bare = { '/proc/cpuinfo': 'flags\t\t: fpu sse' };
const uncounted: Activity = { ...readActivity(fakeFiles({})), now: 0 };
const zero: Activity = {
  cpuTicks: 0,
  stealTicks: 0,
  swappedIn: 0,
  scannedToFree: 0,
  numaUpdates: 0,
  collapsed: 0,
  scannedToMerge: 0,
  damonTime: 0,
  now: 0,
};
const meanwhile = (counts: Partial<Activity>) => ({
  interval: { before: zero, after: { ...zero, now: 1e9, ...counts } },
});
const interval = (cpuTicks: number, stealTicks: number, swappedIn = 0) =>
  meanwhile({ cpuTicks, stealTicks, swappedIn });
const silent = { before: uncounted, after: uncounted };
const kdamond = '/sys/kernel/mm/damon/admin/kdamonds/0';
const runningDamon = {
  [`${kdamond}/state`]: 'on',
  [`${kdamond}/pid`]: '77',
  [`${kdamond}/contexts/0/operations`]: 'paddr',
};
const nodes = '/sys/devices/system/node/online';
const mountsOf = (root: string, hosts: string) => ({
  '/proc/self/mountinfo': `500 400 0:50 / / rw - overlay overlay rw,lowerdir=/x,upperdir=${root}
501 500 0:51 / /proc rw - proc proc rw
510 500 8:1 ${hosts} /etc/hosts rw - ext4 /dev/sda1 rw`,
});

/** A check, the files that it sees, and what it must say: its level and words of it. */
const answers: [id: string, texts: Texts, level: string, words: RegExp, other?: Other][] = [
  ['governor', { [`${cpu}/cpu0/cpufreq/scaling_governor`]: 'performance\n' }, 'ok', /performance on 1 of 1/],
  [
    'governor',
    {
      [`${cpu}/cpu0/cpufreq/scaling_governor`]: 'powersave\n',
      [`${cpu}/cpu1/cpufreq/scaling_governor`]: 'powersave\n',
    },
    'serious',
    /powersave on 2 of 2 CPUs.*cpupower frequency-set -g performance/,
  ],
  [
    'governor',
    {
      [`${cpu}/cpu0/cpufreq/scaling_governor`]: 'performance\n',
      [`${cpu}/cpu1/cpufreq/scaling_governor`]: 'schedutil\n',
    },
    'note',
    /schedutil on 1 of 2/,
  ],
  ['governor', vm, 'note', /a VM: QEMU/],
  ['governor', bare, 'unknown', /not known/],
  ['boost', { [`${cpu}/intel_pstate/no_turbo`]: '1\n' }, 'ok', /off/],
  ['boost', { [`${cpu}/cpufreq/boost`]: '1\n' }, 'note', /echo 0 > .*boost/],
  ['boost', { [`${cpu}/intel_pstate/no_turbo`]: '0\n' }, 'note', /echo 1 > .*no_turbo/],
  ['boost', bare, 'unknown', /not known/],
  ['smt', { [`${cpu}/smt/active`]: '0', [`${cpu}/smt/control`]: 'off' }, 'ok', /not active/],
  ['smt', { [`${cpu}/smt/active`]: '1', [`${cpu}/smt/control`]: 'on' }, 'note', /echo off/],
  ['smt', {}, 'unknown', /smt\/active/],
  ['load', { '/proc/loadavg': '0.10 1 1 1/9 9', [`${cpu}/online`]: '0-3' }, 'ok', /0\.1 on 4 CPUs/],
  ['load', { '/proc/loadavg': '2.50 1 1 1/9 9', [`${cpu}/online`]: '0-3' }, 'note', /2\.5 on 4/],
  ['load', { '/proc/loadavg': '4.50 1 1 1/9 9', [`${cpu}/online`]: '0-3' }, 'serious', /4\.5 on 4/],
  ['load', {}, 'unknown', /loadavg/],
  ['virtualisation', bare, 'ok', /no hypervisor/],
  ['virtualisation', vm, 'note', /QEMU/],
  ['virtualisation', { ...vm, '/sys/class/dmi/id/sys_vendor': 'x' }, 'note', /unnamed hypervisor/],
  ['virtualisation', {}, 'unknown', /cpuinfo/],
  ['container', {}, 'ok', /none known/],
  ['container', { '/run/.containerenv': '' }, 'note', /podman/],
  ['container', { '/run/systemd/container': 'lxc' }, 'note', /^lxc/],
  ['container', { '/.dockerenv': '' }, 'note', /^Docker/],
  [
    'container',
    { '/proc/self/cgroup': '0::/kubepods.slice/pod1/cri-containerd-1.scope' },
    'note',
    /Kubernetes/,
  ],
  [
    'container',
    { '/run/.containerenv': '', '/run/secrets/kubernetes.io/serviceaccount/token': 'x' },
    'note',
    /^CRI-O, in a pod of Kubernetes/,
  ],
  [
    'container',
    mountsOf(
      '/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/9/fs',
      '/var/lib/kubelet/pods/1/etc-hosts',
    ),
    'note',
    /^containerd, in a pod of Kubernetes/,
  ],
  [
    'container',
    mountsOf(
      '/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/9/fs',
      '/var/lib/nerdctl/1/etchosts/hosts',
    ),
    'note',
    /^containerd →/,
  ],
  [
    'container',
    {
      // A host that runs containers, seen from outside.
      '/proc/self/mountinfo': `22 1 8:1 / / rw - ext4 /dev/sda1 rw
90 22 0:50 / /var/lib/docker/overlay2/1/merged rw - overlay overlay rw,upperdir=/var/lib/docker/overlay2/1/diff`,
    },
    'ok',
    /none known/,
  ],
  ['mitigations', { [`${vulnerabilities}/meltdown`]: 'Not affected' }, 'ok', /0 active/],
  ['mitigations', { [`${vulnerabilities}/meltdown`]: 'Mitigation: PTI' }, 'note', /page table isolation/],
  [
    'mitigations',
    { [`${vulnerabilities}/meltdown`]: 'Vulnerable', '/proc/cmdline': 'quiet mitigations=off' },
    'note',
    /mitigations=off/,
  ],
  ['mitigations', {}, 'unknown', /vulnerabilities/],
  ['isolation', { [`${cpu}/isolated`]: '3', [`${cpu}/online`]: '0-3' }, 'ok', /isolcpus: 3/],
  ['isolation', { [`${cpu}/isolated`]: '', [`${cpu}/online`]: '0-3' }, 'note', /isolcpus=3 nohz_full=3/],
  [
    'isolation',
    { [`${cpu}/isolated`]: '\n', [`${cpu}/nohz_full`]: ' (null)\n', [`${cpu}/online`]: '0' },
    'note',
    /nohz_full: none/,
  ],
  ['isolation', {}, 'unknown', /isolated/],
  ['numa', { '/sys/devices/system/node/online': '0' }, 'ok', /one node/],
  ['numa', { '/sys/devices/system/node/online': '0-1' }, 'note', /2 nodes.*numactl --membind=0/],
  ['numa', {}, 'unknown', /node\/online/],
  ['cgroup', { '/proc/self/cgroup': '0::/' }, 'ok', /no limit/],
  [
    'cgroup',
    { '/proc/self/cgroup': '0::/a/b', '/sys/fs/cgroup/a/cpu.max': '50000 100000' },
    'serious',
    /0\.5 CPUs/,
  ],
  [
    'cgroup',
    {
      '/proc/self/cgroup': '0::/a',
      '/sys/fs/cgroup/a/cpu.max': 'max 100000',
      '/sys/fs/cgroup/memory.max': '1073741824',
    },
    'note',
    /limits: 1024 MiB of memory/,
  ],
  [
    'cgroup',
    {
      '/proc/self/cgroup': '4:cpu,cpuacct:/x\n3:memory:/',
      '/sys/fs/cgroup/cpu/x/cpu.cfs_quota_us': '200000',
      '/sys/fs/cgroup/cpu/x/cpu.cfs_period_us': '100000',
      '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1',
      '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712',
    },
    'note',
    /limits: 2 CPUs →/,
  ],
  ['cgroup', {}, 'unknown', /self\/cgroup/],
  ['clocksource', { '/sys/devices/system/clocksource/clocksource0/current_clocksource': 'tsc' }, 'ok', /tsc/],
  [
    'clocksource',
    { '/sys/devices/system/clocksource/clocksource0/current_clocksource': 'hpet' },
    'note',
    /hpet.*system call/,
  ],
  ['clocksource', {}, 'unknown', /clocksource/],
  ['thp', { [`${thp}/enabled`]: 'always [madvise] never' }, 'ok', /madvise/],
  ['thp', { [`${thp}/enabled`]: '[always] madvise never' }, 'note', /echo madvise/],
  ['thp', { [`${thp}/enabled`]: 'always madvise [never]' }, 'note', /unavailable: rwx_thp.* madvise/],
  ['thp', {}, 'unknown', /enabled/],
  ['shmem-thp', { [`${thp}/shmem_enabled`]: 'always [advise] never deny force' }, 'ok', /advise/],
  [
    'shmem-thp',
    { [`${thp}/shmem_enabled`]: 'always advise [never] deny force' },
    'note',
    /unavailable: memfd_thp_advise.*echo advise/,
  ],
  ['shmem-thp', { [`${thp}/shmem_enabled`]: 'always never [deny]' }, 'note', /memfd_thp is unavailable/],
  ['shmem-thp', { [`${thp}/shmem_enabled`]: '[always] never' }, 'note', /unasked/],
  ['shmem-thp', {}, 'unknown', /shmem_enabled/],
  [
    'huge-pages',
    { [`${pool}/nr_hugepages`]: '8', [`${pool}/free_hugepages`]: '8', [`${pool}/resv_hugepages`]: '0' },
    'ok',
    /8 of 8.*hugetlb_shared/,
  ],
  [
    'huge-pages',
    { [`${pool}/nr_hugepages`]: '8', [`${pool}/free_hugepages`]: '3', [`${pool}/resv_hugepages`]: '3' },
    'note',
    /unavailable: hugetlb, .*echo 16 > .*hugepages-2048kB\/nr_hugepages/,
  ],
  [
    'huge-pages',
    { [`${pool}/nr_hugepages`]: '0', [`${pool}/free_hugepages`]: '0' },
    'note',
    /0 of 0.*unavailable.*echo 8 > .*hugepages-2048kB\/nr_hugepages/,
  ],
  [
    'huge-pages',
    { [`${pool}/nr_hugepages`]: '4', [`${pool}/free_hugepages`]: '3', [`${pool}/resv_hugepages`]: '1' },
    'note',
    /2 of 4.*large modules may not fit: hugetlb, .*echo 10 > .*hugepages-2048kB\/nr_hugepages/,
  ],
  ['huge-pages', {}, 'unknown', /hugepages-2048kB/],
  [
    'fragmentation',
    { '/proc/buddyinfo': 'Node 0, zone   Normal  9 9 9 9 9 9 9 9 9 2 3' },
    'ok',
    /8 unbroken blocks/,
  ],
  [
    'fragmentation',
    { '/proc/buddyinfo': 'Node 0, zone   Normal  9 9 9 9 9 9 9 9 9 1 0' },
    'note',
    /1 unbroken blocks.*compact_memory/,
  ],
  ['fragmentation', {}, 'unknown', /buddyinfo/],
  ['memlock', limits('unlimited'), 'ok', /unlimited/],
  ['memlock', { ...limits('65536'), ...status(root) }, 'ok', /CAP_IPC_LOCK/],
  ['memlock', { ...limits('65536'), ...status(none) }, 'note', /64 KiB.*EAGAIN.*ulimit -l/],
  ['memlock', { ...limits('8388608'), ...status(none) }, 'ok', /8192 KiB/],
  ['memlock', {}, 'unknown', /limits/],
  ['max-map-count', { '/proc/sys/vm/max_map_count': '65530' }, 'ok', /65530/],
  ['max-map-count', { '/proc/sys/vm/max_map_count': '1000' }, 'note', /tenancy.*65530/],
  ['max-map-count', {}, 'unknown', /max_map_count/],
  ['memfd-noexec', { '/proc/sys/vm/memfd_noexec': '1' }, 'ok', /file mode only/],
  ['memfd-noexec', { '/proc/sys/vm/memfd_noexec': '2' }, 'note', /EACCES/],
  ['memfd-noexec', {}, 'ok', /Linux 6\.3/],
  ['dev-shm', { '/proc/mounts': 'tmpfs /dev/shm tmpfs rw,nosuid 0 0' }, 'ok', /shm_open/],
  [
    'dev-shm',
    { '/proc/mounts': 'dev /dev devtmpfs rw 0 0\ntmpfs /dev/shm tmpfs rw,noexec 0 0' },
    'note',
    /unavailable \(EPERM\): shm_open.*remount,exec \/dev\/shm/,
  ],
  [
    'dev-shm',
    { '/proc/mounts': 'a /dev/shm tmpfs rw,noexec 0 0\nb /dev/shm tmpfs rw 0 0\nc /dev tmpfs rw,noexec 0 0' },
    'ok',
    /without noexec/,
  ],
  ['dev-shm', {}, 'unknown', /mounts/],
  ['tmp', { '/proc/mounts': '/dev/vda / ext4 rw 0 0' }, 'ok', /in \/, ext4/],
  ['tmp', { '/proc/mounts': '/dev/vda / ext4 rw 0 0\nt /tmp tmpfs rw,noexec 0 0' }, 'note', /image_ro/],
  ['tmp', {}, 'unknown', /mounts/],
  ['mdwe', {}, 'ok', /^off/],
  ['mdwe', {}, 'note', /unavailable: naive, reuse, .*rwx/, { mdwe: 1 }],
  ['mdwe', {}, 'ok', /does not know it/, { mdwe: undefined }],
  ['seccomp', status(none, 'Seccomp:\t0\nSeccomp_filters:\t0'), 'ok', /off/],
  ['seccomp', status(none, 'Seccomp:\t2\nSeccomp_filters:\t3'), 'note', /filter, 3 filters.*unconfined/],
  ['seccomp', {}, 'unknown', /Seccomp/],
  ['selinux', status(none), 'ok', /not active/],
  ['selinux', { ...status(none), '/sys/fs/selinux/enforce': '0' }, 'ok', /permissive/],
  [
    'selinux',
    { ...status(none), '/sys/fs/selinux/enforce': '1', '/proc/self/attr/current': 'u:r:container_t:s0\0' },
    'note',
    /enforcing, as u:r:container_t:s0 .*EACCES: naive/,
  ],
  [
    'selinux',
    { ...status(none), '/proc/self/attr/current': 'u:r:container_t:s0\0' },
    'unknown',
    /selinux\/enforce/,
  ],
  ['selinux', {}, 'unknown', /attr\/current/],
  ['apparmor', status(none), 'ok', /not active/],
  [
    'apparmor',
    {
      ...status(none),
      '/sys/module/apparmor/parameters/enabled': 'Y',
      '/proc/self/attr/current': 'unconfined',
    },
    'ok',
    /unconfined/,
  ],
  [
    'apparmor',
    {
      ...status(none),
      '/sys/module/apparmor/parameters/enabled': 'Y',
      '/proc/self/attr/current': 'docker-default (enforce)',
    },
    'note',
    /profile docker-default/,
  ],
  ['apparmor', {}, 'unknown', /attr\/current/],
  ['proc-mem', {}, 'ok', /no proc_mem/],
  ['proc-mem', { '/proc/cmdline': 'quiet proc_mem.force_override=never' }, 'note', /EIO.*procmem/],
  ['userfaultfd', { '/proc/sys/vm/unprivileged_userfaultfd': '0' }, 'ok', /uffd_copy/],
  ['userfaultfd', {}, 'unknown', /uffd_copy/],
  ['aslr', { '/proc/sys/kernel/randomize_va_space': '2' }, 'ok', /is 2/],
  ['aslr', { '/proc/sys/kernel/randomize_va_space': '0' }, 'serious', /narrower than the truth/],
  [
    'aslr',
    { '/proc/sys/kernel/randomize_va_space': '2', '/proc/self/personality': '00040000' },
    'serious',
    /setarch/,
  ],
  ['aslr', {}, 'unknown', /randomize_va_space/],
  [
    'perf-event-paranoid',
    { ...status(none), '/proc/sys/kernel/perf_event_paranoid': '1' },
    'ok',
    /can be profiled/,
  ],
  ['perf-event-paranoid', { ...status(root), '/proc/sys/kernel/perf_event_paranoid': '4' }, 'ok', /CAP/],
  ['perf-event-paranoid', { ...status(none), '/proc/sys/kernel/perf_event_paranoid': '2' }, 'note', /=1/],
  ['perf-event-paranoid', {}, 'unknown', /paranoid/],
  ['kptr-restrict', { '/proc/sys/kernel/kptr_restrict': '0' }, 'ok', /is 0/],
  ['kptr-restrict', { ...status(none), '/proc/sys/kernel/kptr_restrict': '1' }, 'note', /no names/],
  ['kptr-restrict', { ...status(root), '/proc/sys/kernel/kptr_restrict': '1' }, 'ok', /is 1/],
  ['kptr-restrict', { ...status(root), '/proc/sys/kernel/kptr_restrict': '2' }, 'note', /=0/],
  ['kptr-restrict', {}, 'unknown', /kptr_restrict/],
  ['kernel', { '/proc/sys/kernel/osrelease': '6.18.44' }, 'ok', /Linux 6\.18\.44/],
  ['kernel', { '/proc/sys/kernel/osrelease': '6.14.1-x' }, 'note', /before 6\.15 .*memfd_viewguard/],
  ['kernel', {}, 'unknown', /osrelease/],
  ['node', {}, 'ok', /v22\.1\.0, koffi 3\.3\.4, x64/],
  ['node', {}, 'note', /not tested/, { node: 'v18.20.0' }],
  ['steal', {}, 'ok', /0\.5 %/, interval(200, 1)],
  ['steal', {}, 'serious', /5\.0 %/, interval(200, 10)],
  ['steal', {}, 'unknown', /no clock tick/, interval(0, 0)],
  ['steal', {}, 'unknown', /\/proc\/stat/, { interval: silent }],
  ['swap', { '/proc/swaps': 'Filename Type' }, 'ok', /no swap/],
  ['swap', { '/proc/swaps': 'Filename Type\n/dev/sda partition' }, 'ok', /0 pages/, interval(9, 0)],
  ['swap', { '/proc/swaps': 'Filename Type\n/dev/sda partition' }, 'serious', /swapoff/, interval(9, 0, 3)],
  ['swap', {}, 'unknown', /swaps/],
  ['core-types', { [`${cpu}/online`]: '0-3' }, 'ok', /one kind/],
  [
    'core-types',
    {
      '/sys/devices/cpu_core/cpus': '0-15',
      '/sys/devices/cpu_atom/cpus': '16-23',
      [`${cpu}/online`]: '0-23',
    },
    'note',
    /cpu_core: CPUs 0-15; cpu_atom: CPUs 16-23 .*CPU 23, of cpu_atom.*--cpu 15/,
  ],
  [
    'core-types',
    {
      '/sys/devices/cpu_core/cpus': '0-15',
      '/sys/devices/cpu_atom/cpus': '16-23',
      '/proc/self/status': 'Name:\tnode\nCpus_allowed_list:\t0-3\n',
    },
    'note',
    /CPU 3, of cpu_core.*--cpu 23/,
  ],
  [
    'core-types',
    {
      [`${cpu}/online`]: '0-3',
      [`${cpu}/cpu0/cpu_capacity`]: '446',
      [`${cpu}/cpu1/cpu_capacity`]: '1024',
      [`${cpu}/cpu2/cpu_capacity`]: '446',
      [`${cpu}/cpu3/cpu_capacity`]: '446',
    },
    'note',
    /capacity 446: CPUs 0,2-3; capacity 1024: CPUs 1 .*CPU 3, of capacity 446.*--cpu 1/,
  ],
  ['damon', { [`${kdamond}/state`]: 'off' }, 'ok', /does not run/],
  ['damon', { [`${kdamond}/contexts/nr_contexts`]: '' }, 'unknown', /kdamonds\/0\/state/],
  ['damon', runningDamon, 'note', /all memory \(process 77\) .*accessed bits.*echo off > .*\/0\/state/],
  ['damon', runningDamon, 'note', /0\.30 % of a CPU/, meanwhile({ damonTime: 3e6 })],
  ['damon', runningDamon, 'serious', /2\.00 % of a CPU/, meanwhile({ damonTime: 2e7 })],
  [
    'damon',
    {
      '/sys/module/damon_stat/parameters/enabled': 'Y',
      '/sys/module/damon_reclaim/parameters/enabled': 'N',
    },
    'note',
    /all memory.*echo N > \/sys\/module\/damon_stat\/parameters\/enabled$/,
  ],
  ['ksm', {}, 'ok', /does not merge/],
  ['ksm', { '/sys/kernel/mm/ksm/run': '0' }, 'ok', /does not run/],
  ['ksm', { '/sys/kernel/mm/ksm/run': '1' }, 'note', /9 pages.*echo 0/, meanwhile({ scannedToMerge: 9 })],
  ['khugepaged', { [`${thp}/enabled`]: 'always madvise [never]' }, 'ok', /does not run/],
  ['khugepaged', { [`${thp}/enabled`]: '[always] madvise never' }, 'ok', /runs.*changed none/, meanwhile({})],
  [
    'khugepaged',
    { [`${thp}/enabled`]: 'always [madvise] never' },
    'note',
    /2 huge pages.*scan_sleep/,
    meanwhile({ collapsed: 2 }),
  ],
  ['khugepaged', {}, 'unknown', /enabled/],
  ['numa-balancing', { '/proc/sys/kernel/numa_balancing': '0' }, 'ok', /off/],
  ['numa-balancing', { '/proc/sys/kernel/numa_balancing': '1', [nodes]: '0' }, 'ok', /1 node → .*nothing/],
  [
    'numa-balancing',
    { '/proc/sys/kernel/numa_balancing': '1', [nodes]: '0-1' },
    'note',
    /2 nodes, 7 page-table entries.*kernel\.numa_balancing=0/,
    meanwhile({ numaUpdates: 7 }),
  ],
  ['reclaim', {}, 'ok', /^0 pages/, meanwhile({})],
  [
    'reclaim',
    { '/sys/kernel/mm/lru_gen/enabled': '0x0007' },
    'note',
    /^5 pages.*multi-generational/,
    meanwhile({ scannedToFree: 5 }),
  ],
  ['reclaim', {}, 'unknown', /vmstat/, { interval: silent }],
  ['left-settings', {}, 'serious', /process 77.*3 settings.*--restore/, { left: { pid: 77, count: 3 } }],
];

for (const [id, texts, level, words, other] of answers) {
  test(`${id} is ${level}: ${words.source}`, () => {
    const [only, ...more] = find(id, texts, other);
    assert.deepEqual(more, []);
    assert.ok(only);
    assert.equal(only.level, level);
    assert.match(`${only.evidence} → ${only.effect}; ${only.command ?? ''}`, words);
  });
}

test('every check has an answer for good, and for bad or missing', () => {
  for (const { id } of checks) {
    const levels = new Set(answers.filter(([own]) => own === id).map(([, , level]) => level));
    assert.ok(levels.size >= 2 || id === 'left-settings', `${id}: ${[...levels]}`);
  }
});

test('an old kernel has a note for each change that it lacks, with its source', () => {
  const notes = find('kernel', { '/proc/sys/kernel/osrelease': '5.15.0-91-generic' });
  assert.equal(notes.length, 6);
  assert.ok(notes.every(({ level, effect }) => level === 'note' && /\((commit|madvise|.*Doc)/.test(effect)));
  assert.match(notes[0]?.effect ?? '', /reuse .* fault.*64fe24a3e05e/);
});

test('what the host did is counted from its files', () => {
  const counted = readActivity(
    fakeFiles({
      ...runningDamon,
      '/proc/77/schedstat': '3000000 5 7',
      '/proc/stat': 'cpu  1 2 3 4 5 6 7 8 9 10\ncpu0 1 1 1 1 1 1 1 1 1 1',
      '/proc/vmstat':
        'pswpin 1\npgscan_kswapd 2\npgscan_direct 3\npgscan_direct_throttle 9\nnuma_pte_updates 4',
      '/sys/kernel/mm/ksm/pages_scanned': '6',
      [`${thp}/khugepaged/pages_collapsed`]: '7',
    }),
  );
  const { now, ...rest } = counted;
  assert.ok(now > 0);
  assert.deepEqual(rest, {
    cpuTicks: 36,
    stealTicks: 8,
    swappedIn: 1,
    scannedToFree: 5,
    numaUpdates: 4,
    collapsed: 7,
    scannedToMerge: 6,
    damonTime: 3000000,
  });
});

test('where nothing was watched and nothing is left, nothing is said', () => {
  assert.deepEqual(find('steal', {}), []);
  assert.deepEqual(find('reclaim', {}), []);
  assert.deepEqual(find('left-settings', {}), []);
});

test('of a host without /proc and /sys nothing is guessed: no finding is serious, and many are unknown', () => {
  const findings = examine({ files: fakeFiles({}), ...usual }, checks);
  assert.ok(findings.every(({ level }) => level !== 'serious'));
  assert.ok(findings.filter(({ level }) => level === 'unknown').length > 20);
});
