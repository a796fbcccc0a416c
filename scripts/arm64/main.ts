/**
 * Runs the checks of `mapbench verify` on an AArch64 stub under QEMU's user mode: every strategy has to run
 * fresh code, and with the cache maintenance taken out on purpose, the same check has to see stale code. `npx
 * tsx scripts/arm64/main.ts`
 */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Forks } from '../../src/runner/forks.ts';
import type { Outcome } from '../../src/runner/message.ts';
import { type Case, type CaseOptions, planCases } from '../../src/runner/plan.ts';
import { catalogue, findStrategy } from '../../src/strategies/catalogue.ts';
import { allowedCpus } from '../../src/system/cpus.ts';
import { pageSize } from '../../src/system/memory.ts';
import { checkCountedMaintenance } from './counted-maintenance.ts';
import { fetchQemu } from './fetch.ts';
import { withoutMaintenance } from './without-maintenance.ts';

const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'mapbench/arm64');

/** What QEMU's user mode does not emulate, and a pool of the host's that may be empty. */
const mayBeUnavailable =
  /pkey_alloc|mseal|userfaultfd|huge page pool|small pages|no guard region|has no cl(flush|wb)/;

/** Workloads whose results are checked, beside the stamps of verify. */
const workloads = ['module', 'reloc', 'patch'] as const;

/** Milliseconds of samples. */
const time = 5;
const { signal } = new AbortController();
const [cpu = 0] = allowedCpus();
const qemu = fetchQemu(cache);
using forks = new Forks({ architecture: 'arm64', launcher: [qemu] });
const failures: string[] = [];

let verified = 0;
const unavailable: string[] = [];
for (const each of casesOf(
  catalogue.map(({ name }) => name),
  { pages: [2] },
)) {
  const outcome = await verify(each);
  failures.push(...problemsOf(each, outcome));
  if (outcome.kind === 'verified') verified++;
  else if (outcome.kind === 'unavailable') unavailable.push(`${each.id}: ${outcome.reason}`);
}
console.log(`AArch64: ${verified} strategies verified, ${unavailable.length} unavailable`);
for (const line of unavailable) console.log(`  ${line}`);

for (const workload of workloads)
  await measure(workload, casesOf(['reuse', 'memfd', 'memfd_pwrite', 'rwx'], { workload }));
await measure(
  'stamp on two threads',
  casesOf(['reuse', 'memfd', 'naive'], { workload: 'stamp', threads: [2] }),
);

const [memfd] = casesOf(['memfd'], { pages: [2] });
const stale = memfd && staleIn(await withoutMaintenance(() => verify(memfd)));
if (stale === undefined)
  failures.push('memfd: without ic ivau the check sees no stale code, so it can see none');
else console.log(`AArch64: without ic ivau, as it has to be: memfd: ${stale}`);

failures.push(...(await checkCountedMaintenance(qemu)));

for (const failure of failures) console.error(`AArch64: ${failure}`);
process.exitCode = failures.length > 0 ? 1 : 0;

function casesOf(names: readonly string[], options: Partial<CaseOptions>): Case[] {
  const strategies = names.flatMap((name) => findStrategy(name) ?? []).map((strategy) => ({ strategy }));
  const plain = { layout: 'guarded', engine: 'native', workload: 'ret' } as const;
  return planCases(strategies, { ...plain, ...options }, pageSize());
}

function verify(each: Case): Promise<Outcome> {
  return forks.run({ kind: 'verify', cases: [each] }, { cpu, signal });
}

/** Measures cases of a workload, of which every result is checked. */
async function measure(workload: string, cases: readonly Case[]): Promise<void> {
  const problems: string[] = [];
  for (const each of cases) {
    const outcome = await forks.run({ kind: 'measure', cases: [each], time }, { cpu, signal });
    problems.push(...problemsOf(each, outcome));
  }
  failures.push(...problems);
  if (problems.length === 0)
    console.log(`AArch64: ${workload}: every result is that of the code that was loaded`);
}

/** What is wrong with a case. */
function problemsOf({ id }: Case, outcome: Outcome): string[] {
  if (outcome.kind === 'failed' || (outcome.kind === 'unavailable' && !mayBeUnavailable.test(outcome.reason)))
    return [`${id}: ${outcome.kind}: ${outcome.reason}`];
  if (outcome.kind !== 'verified') return [];
  return outcome.checks
    .filter((check) => check.outcome === 'fails')
    .map(({ check, evidence }) => `${id}: ${check}: ${evidence}`);
}

/** The evidence for stale code. */
function staleIn(outcome: Outcome): string | undefined {
  if (outcome.kind !== 'verified') return undefined;
  return outcome.checks.find((each) => each.check === 'fresh code' && each.outcome === 'fails')?.evidence;
}
