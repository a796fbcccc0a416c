/**
 * Runs `mapbench verify` as an AArch64 program under QEMU's user mode: every strategy has to run fresh code, and with the
 * cache maintenance taken out on purpose, the same check has to see stale code. `npx tsx scripts/arm64/main.ts`, after
 * `npm run build`.
 */
import { rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { catalogue } from '../../src/strategies/catalogue.ts';
import { fetchEmulation } from './fetch.ts';
import { runEmulated, type VerifiedCase, verifyEmulated } from './verify.ts';
import { projectWithoutMaintenance } from './without-maintenance.ts';

const project = join(import.meta.dirname, '../..');
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'mapbench/arm64');

/** What QEMU's user mode does not emulate, and a pool of the host's that may be empty. */
const mayBeUnavailable = /pkey_alloc|mseal|userfaultfd|huge page pool/;

/** Workloads whose results are checked, beside the stamps of verify. */
const workloads = ['module', 'reloc', 'patch'];

const emulation = fetchEmulation(cache);
const failures: string[] = [];

const verified = await verifyEmulated(
  project,
  emulation,
  catalogue.map(({ name }) => name),
);
for (const each of verified) failures.push(...problemsOf(each));
const count = verified.filter(({ verdicts }) => verdicts !== undefined).length;
console.log(`AArch64: ${count} strategies verified, ${verified.length - count} unavailable`);
for (const { id, reason } of verified) if (reason !== undefined) console.log(`  ${id}: ${reason}`);

for (const workload of workloads) {
  const parameters = ['run', '-s', 'reuse', 'memfd', 'memfd_pwrite', 'rwx', '--workload', workload];
  const { status, stdout } = await runEmulated(project, emulation, [
    ...parameters,
    '--forks',
    '1',
    '--time',
    '5',
  ]);
  if (status !== 0) failures.push(`--workload ${workload} fails:\n${stdout}`);
  else console.log(`AArch64: ${workload}: every result is that of the code that was loaded`);
}

const together = ['run', '-s', 'reuse', 'memfd', 'naive', '--workload', 'stamp', '--threads', '2'];
const onThreads = await runEmulated(project, emulation, [...together, '--forks', '1', '--time', '5']);
if (onThreads.status !== 0) failures.push(`--threads 2 fails:\n${onThreads.stdout}`);
else console.log('AArch64: stamp on two threads: every result is that of the code that was loaded');

const broken = projectWithoutMaintenance(project);
const stale = staleOf(await verifyEmulated(broken, emulation, ['memfd', 'reuse']));
rmSync(broken, { recursive: true });
if (stale === undefined)
  failures.push('memfd: without ic ivau the check sees no stale code, so it can see none');
else console.log(`AArch64: without ic ivau, as it has to be: memfd: ${stale}`);

for (const failure of failures) console.error(`AArch64: ${failure}`);
process.exitCode = failures.length > 0 ? 1 : 0;

/** What is wrong with a case. */
function problemsOf({ id, verdicts = [], status, reason = '' }: VerifiedCase): string[] {
  if (status === 'failed' || (status === 'unavailable' && !mayBeUnavailable.test(reason)))
    return [`${id}: ${status}: ${reason}`];
  return verdicts
    .filter(({ outcome }) => outcome === 'fails')
    .map(({ check, evidence }) => `${id}: ${check}: ${evidence}`);
}

/** The evidence for stale code in memfd. */
function staleOf(cases: readonly VerifiedCase[]): string | undefined {
  const memfd = cases.find(({ id }) => id.startsWith('memfd/'));
  return memfd?.verdicts?.find(({ check, outcome }) => check === 'fresh code' && outcome === 'fails')
    ?.evidence;
}
