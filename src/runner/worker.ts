import { applyPolicies } from '../policies/apply.ts';
import { unsuited } from '../program/arrange.ts';
import { FfiCode } from '../program/ffi.ts';
import { catalogue, findStrategy } from '../strategies/catalogue.ts';
import type { Strategy } from '../strategies/strategy.ts';
import { PROT } from '../system/constants.ts';
import { pageSize } from '../system/memory.ts';
import { hostArchitecture } from '../system/syscalls.ts';
import type { MeasuredProcess } from '../target/measured-process.ts';
import { ThisProcess } from '../target/this-process.ts';
import type { Content } from '../workloads/content.ts';
import { contentOf } from '../workloads/load.ts';
import { Bench, workloadOf } from './bench.ts';
import { carryOut, outcomeOf } from './carry-out.ts';
import { isLibrary } from './library.ts';
import type { Job, Outcome } from './message.ts';
import type { Case } from './plan.ts';

const PR_SET_PDEATHSIG = 1;
const SIGKILL = 9;

/** What a case loads, in memory of this process. */
async function placeContent(target: MeasuredProcess, wanted: Case): Promise<Content> {
  const bytes = wanted.pages * wanted.pageSize;
  const { length, staging, at } = contentOf(workloadOf(wanted), bytes, target.architecture);
  if (length === 0) return at(0, 0).content;
  const room = target.allocate(staging);
  const region = target.allocate(length);
  const { bytes: image, content } = at(region.address, room.address);
  region.bytes.set(image);
  const prot = PROT.PROT_READ | PROT.PROT_EXEC;
  await target.run([{ call: 'mprotect', args: [region.address, region.bytes.length, prot] }]);
  return content;
}

/** Loads the user's files. Without any, nothing of what loading takes is in the process that is measured. */
async function loadOwn(files: ReadonlySet<string>): Promise<Strategy[]> {
  if (files.size === 0) return [];
  if ([...files].some(isLibrary))
    throw unsuited('an allocator runs in a process of its own: --engine native');
  const { candidatesIn, endBundler, loadUserModule } = await import('./user/load.ts');
  const own: Strategy[] = [];
  for (const file of files) {
    const { exports } = await loadUserModule(file);
    // Whoever planned the case has checked them, which takes longer than loading them.
    own.push(...candidatesIn(exports).map(([value]) => value as Strategy));
  }
  await endBundler();
  return own;
}

async function main(job: Job): Promise<Outcome> {
  try {
    const target = new ThisProcess(hostArchitecture() ?? 'x64', pageSize());
    const dieWithParent = { call: 'prctl', args: [PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0] } as const;
    await target.run([dieWithParent]);
    const own = await loadOwn(new Set(job.cases.flatMap(({ strategyFile }) => strategyFile ?? [])));
    // Before a policy keeps memory from becoming executable.
    const contents = new Map<Case, Content>();
    for (const each of job.cases) contents.set(each, await placeContent(target, each));
    const bench = new Bench({
      target,
      cpus: job.cpus ?? [],
      strategyOf: ({ strategy, strategyFile, id }) => {
        const found = findStrategy(strategy, strategyFile === undefined ? catalogue : own);
        if (found === undefined) throw new Error(`cannot run ${id} here`);
        return found;
      },
      contentOf: (wanted) => {
        const placed = contents.get(wanted);
        if (placed === undefined) throw new Error(`cannot run ${wanted.id} here`);
        return placed;
      },
      load: (process, source) => FfiCode.load(process, source),
    });
    const [policy] = job.cases.flatMap((each) => each.policy ?? []);
    if (policy !== undefined) await applyPolicies(target, policy);
    return await carryOut(job, bench);
  } catch (error) {
    return outcomeOf(error);
  }
}

const outcome = await main(JSON.parse(process.argv[2] ?? '') as Job);
process.send?.(outcome, () => process.disconnect());
