import { PolicyError } from '../policies/apply.ts';
import { buildProgram } from '../program/builder.ts';
import { describeStep } from '../program/describe.ts';
import { type LoadedCode, withProgram } from '../program/engine.ts';
import type { Program } from '../program/ir.ts';
import { NativeCode } from '../program/native/engine.ts';
import { type UserInstructions, userInstructions } from '../program/native/user-instructions.ts';
import { mappingsOf, protectionsOf } from '../program/protections.ts';
import { StepFailure } from '../program/step-failure.ts';
import { probes } from '../strategies/probes.ts';
import { describeErrno, errnoName } from '../system/errno.ts';
import { isOfKind } from '../system/errors.ts';
import { isExhausted, RefusalError } from '../system/refusal.ts';
import { TargetError } from '../target/measured-process.ts';
import { verify } from '../verification/verify.ts';
import { patchSites } from '../workloads/patch.ts';
import { lookAfterFork } from './after-fork.ts';
import { type Bench, workloadOf } from './bench.ts';
import { countEvents, countThreadEvents, OpenedEvents } from './events.ts';
import { measureLatency, measurePhases } from './instruments.ts';
import { weigh } from './memory.ts';
import type { ForkReport, Job, MeasureJob, Outcome, Places, ProbeAnswer, RefusalFacts } from './message.ts';
import type { Case } from './plan.ts';
import { type LoadingProcess, measureProcesses } from './processes.ts';
import { keepRunning, type Measured, measure, requireFreshCode } from './sampler.ts';
import type { ThreadCodes, ThreadPlan } from './thread-group.ts';
import { measureThreadLatency, measureThreads } from './threads.ts';

/**
 * Does a job in a measured process. Rejects with a TargetError where that ends; other mistakes are outcomes.
 */
export async function carryOut(job: Job, bench: Bench): Promise<Outcome> {
  if (job.kind === 'probe') return { kind: 'probed', answer: await askKernel(job.probe, bench) };
  if (job.kind === 'open events') return await tryEvents(job.events, bench);
  if (job.kind === 'place') return { kind: 'placed', places: await placesOf(job.cases[0], bench) };
  const codes: LoadedCode[] = [];
  for (const [caseIndex, each] of job.cases.entries()) {
    try {
      const code = await bench.load(each);
      codes.push(code);
      requireFreshCode(await withProgram(code, (program) => program.batch(1)));
    } catch (error) {
      if (error instanceof TargetError) throw error;
      return { ...outcomeOf(error), caseIndex };
    }
  }
  try {
    return await useCodes(job, codes, bench);
  } catch (error) {
    if (error instanceof TargetError) throw error;
    const outcome = outcomeOf(error);
    // What was allowed before, and is refused for no lack of anything, has changed.
    return error instanceof StepFailure && !isExhausted(error.errno)
      ? { ...outcome, kind: 'failed' }
      : outcome;
  }
}

/**
 * Measures one case in several processes, each with its own bench, that load at the same time. Rejects with a
 * TargetError where one ends; other mistakes are outcomes.
 */
export async function carryOutTogether(
  { cases, time }: MeasureJob,
  benches: readonly Bench[],
): Promise<Outcome> {
  const [only] = cases;
  if (only === undefined) throw new TypeError('a job without cases');
  try {
    const processes: LoadingProcess[] = [];
    for (const bench of benches) {
      const code = await bench.loadNative(only);
      requireFreshCode(await withProgram(code, (program) => program.batch(1)));
      processes.push({ code, cpu: bench.cpus[0] ?? 0 });
    }
    return { kind: 'measured', forks: [await measureProcesses(processes, time)] };
  } catch (error) {
    if (error instanceof TargetError) throw error;
    return outcomeOf(error);
  }
}

/** The outcome of a job that was refused, or went wrong: a sentence without the strategy's name. */
export function outcomeOf(error: unknown): Outcome & { readonly kind: 'unavailable' | 'failed' } {
  const kind = isOfKind(error, 'unavailable', 'unsuited') ? 'unavailable' : 'failed';
  const reason = error instanceof Error ? error.message : String(error);
  const refusal = refusalIn(error);
  return { kind, reason, caseIndex: 0, ...(refusal && { refusal }) };
}

function refusalIn(error: unknown): RefusalFacts | undefined {
  if (error instanceof PolicyError)
    return { of: 'policy', errno: errnoName(error.errno), sentence: error.message };
  return error instanceof RefusalError
    ? { of: 'call', errno: errnoName(error.errno), sentence: error.withoutStep }
    : undefined;
}

async function useCodes(
  job: Exclude<Job, { kind: 'place' | 'probe' | 'open events' }>,
  codes: readonly LoadedCode[],
  bench: Bench,
): Promise<Outcome> {
  const [only] = job.cases;
  const [code] = codes;
  if (only === undefined || code === undefined) throw new TypeError('a job without cases');
  const isThreaded = only.background !== undefined;
  switch (job.kind) {
    case 'try':
      return { kind: 'available' };
    case 'measure': {
      if (isThreaded) {
        const [threads, plan] = await threadsOf(only, bench);
        return { kind: 'measured', forks: [await measureThreads(threads, plan, job.time)] };
      }
      const keepsPlacement = job.cases.some(isSetUpSlowly) || codes.some(({ program }) => isSealing(program));
      const programs = codes.map(
        (each, index): Measured => ({
          code: each,
          keepsPlacement,
          warmUp: warmUpOf(job.cases),
          iterations: job.iterations?.[index],
        }),
      );
      const names = job.cases.map(({ id }) => id).join(' and ');
      const counted = await countedBy(job, bench);
      const options = { time: job.time, cpu: bench.cpus[0] ?? 0, counted };
      const forks = await measure(programs, names, options);
      return {
        kind: 'measured',
        forks: counted === undefined ? forks : await withUserMode(forks, codes, bench),
      };
    }
    case 'phases': {
      const counted = await countedBy(job, bench);
      const [instrumented, plain] = [await bench.loadNative(only, 'phases'), await bench.loadNative(only)];
      const report = await measurePhases(instrumented, plain, only.id, job.time, counted);
      const user = counted && (await userModeOf(plain, bench))?.steps;
      return { kind: 'phases', report: { ...report, ...(user && { user }) } };
    }
    case 'latency': {
      if (isThreaded) {
        const [threads, plan] = await threadsOf(only, bench, 'latency');
        return { kind: 'latency', report: await measureThreadLatency(threads, plan, job.time) };
      }
      const instrumented = await bench.loadNative(only, 'latency');
      return { kind: 'latency', report: await measureLatency(instrumented, job.time) };
    }
    case 'memory': {
      const limit = await bench.target.readText('/proc/sys/vm/max_map_count');
      const report = await weigh(
        (modules) => bench.loadLive(only, modules),
        limit === undefined ? undefined : Number(limit),
      );
      using stamped = await bench.loadStamped(only);
      return {
        kind: 'memory',
        report: { ...report, afterFork: await lookAfterFork(stamped) },
      };
    }
    case 'events': {
      if (!isThreaded) return { kind: 'events', report: await countEvents(code, job.events, job.time) };
      const [threads, plan] = await threadsOf(only, bench);
      return { kind: 'events', report: await countThreadEvents(threads, plan, job.events, job.time) };
    }
    case 'profile': {
      const perIteration = await keepRunning(code, job.time);
      return { kind: 'profiled', report: { perIteration } };
    }
    case 'verify': {
      const { target } = bench;
      const subject = { target, program: bench.programOf(only), wx: only.wx, layout: only.layout };
      return {
        kind: 'verified',
        checks: await verify({ ...subject, ...bench.contents(), isEmulated: job.isCounted }),
      };
    }
  }
}

/** Whether events can be counted; what is wrong with them is an outcome. */
async function tryEvents(events: readonly string[], { target }: Bench): Promise<Outcome> {
  try {
    await using _ = await OpenedEvents.open(target, events);
    return { kind: 'available' };
  } catch (error) {
    if (error instanceof TargetError) throw error;
    return outcomeOf(error);
  }
}

/** Reports that also say how many of the instructions were in user mode, as perf calls them. */
async function withUserMode(
  forks: readonly ForkReport[],
  codes: readonly LoadedCode[],
  bench: Bench,
): Promise<ForkReport[]> {
  const reports: ForkReport[] = [];
  for (const [index, fork] of forks.entries()) {
    const code = codes[index];
    const user = code instanceof NativeCode ? await userModeOf(code, bench) : undefined;
    if (user === undefined || code === undefined) reports.push(fork);
    else {
      const perIteration = {
        ...fork.counts.perIteration,
        'instructions-user': user.total / code.program.loads,
      };
      // That the processor has no such event does not matter then.
      const { 'instructions-user': _, ...missing } = fork.counts.missing;
      reports.push({ ...fork, counts: { ...fork.counts, perIteration, missing } });
    }
  }
  return reports;
}

/** A step that runs on a placement of its own; what is sealed has had its one. */
async function userModeOf(code: NativeCode, { target }: Bench): Promise<UserInstructions | undefined> {
  if (target.architecture !== 'x64' || isSealing(code.program)) return undefined;
  return withProgram(code, (running) => userInstructions(target, running));
}

/** Batches whose shortest is what a batch without iterations takes. */
const emptyBatches = 5;

/**
 * What a batch takes beside its iterations, where instructions are counted: it is the same for all programs.
 */
async function countedBy({ isCounted }: Job, bench: Bench) {
  if (!isCounted) return undefined;
  const program = buildProgram('empty', { pages: 1, pageSize: bench.target.pageSize }, () => {});
  const source = { program, content: bench.contents().plain, layout: 'kernel' } as const;
  return withProgram(await NativeCode.load(bench.target, source), async (running) => {
    let overhead = Number.POSITIVE_INFINITY;
    for (let turn = 0; turn < emptyBatches; turn++)
      overhead = Math.min(overhead, (await running.batch(1)).nanoseconds);
    return { overhead };
  });
}

/** What the threads of a case run. */
async function threadsOf(
  wanted: Case,
  bench: Bench,
  instrument?: 'latency',
): Promise<[ThreadCodes, ThreadPlan]> {
  const { threads, background = 'load' } = wanted;
  const codes = {
    load: await bench.loadNative(wanted, instrument),
    backgroundThread: await bench.loadCompanion(background === 'load' ? 'compute' : background, wanted),
    compute: await bench.loadCompanion('compute', wanted),
  };
  return [codes, { threads, background, cpus: bench.cpus }];
}

/** Setting up very many modules, or a very large one, takes longer than a sample. */
function isSetUpSlowly(wanted: Case): boolean {
  const { kind } = workloadOf(wanted).life;
  return kind === 'tenants' || kind === 'loaded';
}

/** What is sealed cannot be unmapped: a second placement would leave the first one's mappings there. */
function isSealing({ setup }: Program): boolean {
  return setup.some((step) => step.kind === 'call' && step.call === 'mseal');
}

/** Iterations that a fresh placement needs before all of its pages are there. */
function warmUpOf(cases: readonly Case[]): number {
  return cases.some(({ workload }) => workload === 'patch') ? patchSites : 0;
}

/** Names of the mappings that can be read, written or run at some step: not of mere reservations. */
function usedMappings(program: Program): Set<string> {
  const { setup, iteration } = protectionsOf(program);
  const used = new Set(
    [...setup, ...iteration].flatMap(({ after }) =>
      [...after].flatMap(([slot, ranges]) => (ranges.some(({ prot }) => prot !== 0) ? [slot] : [])),
    ),
  );
  return new Set(mappingsOf(program).flatMap(({ slot, name }) => (used.has(slot) ? [name] : [])));
}

/** Where one placement of a case lies; null where the kernel refuses it. */
async function placesOf(each: Case, bench: Bench): Promise<Places> {
  try {
    return await withProgram(await bench.load(each), async (program) => {
      await program.batch(1);
      const used = usedMappings(program.program);
      const places = Object.entries(program.addresses())
        .filter(([name]) => used.has(name))
        .map(([name, address]) => [name, `0x${address.toString(16)}`]);
      return Object.fromEntries(places);
    });
  } catch (error) {
    if (isOfKind(error, 'unavailable', 'unsuited')) return null;
    throw error;
  }
}

/** Runs one probe in a measured process. */
async function askKernel(name: string, bench: Bench): Promise<ProbeAnswer> {
  const probe = probes.find((each) => each.name === name);
  if (probe === undefined) throw new Error(`cannot probe ${name} here`);
  const { target } = bench;
  const { pageSize } = target;
  const program = buildProgram(name, { pages: 4, pageSize }, probe.define);
  const last = program.setup.at(-1);
  const step = last === undefined ? '' : describeStep(last);
  try {
    const source = { program, content: bench.contents().plain, layout: 'kernel' } as const;
    await withProgram(await NativeCode.load(target, source), async () => {});
    return { kind: 'works', step };
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
    if (error.step.number === last?.number) return { kind: 'refused', errno: errnoName(error.errno), step };
    return { kind: 'unavailable', reason: `${describeStep(error.step)}: ${describeErrno(error.errno)}` };
  }
}
