import { applyPolicies, PolicyError } from '../policies/apply.ts';
import { UnsuitedError } from '../program/arrange.ts';
import type { RunningProgram, Start } from '../program/engine.ts';
import { describeFailure } from '../program/explain-failure.ts';
import { NativeProgram } from '../program/native/engine.ts';
import type { Instrument } from '../program/native/instrument.ts';
import { mappingsOf, protectionsOf } from '../program/protections.ts';
import { startProgram } from '../program/start.ts';
import type { Program } from '../program/step.ts';
import { StepFailure } from '../program/step-failure.ts';
import { catalogue, findStrategy } from '../strategies/catalogue.ts';
import type { Strategy } from '../strategies/strategy.ts';
import { hostArchitecture } from '../system/architecture.ts';
import { hostFacts } from '../system/host.ts';
import { dieWithParent } from '../system/process-death.ts';
import { verify } from '../verification/verify.ts';
import { findWorkload } from '../workloads/catalogue.ts';
import type { Content } from '../workloads/content.ts';
import { loadContent } from '../workloads/load.ts';
import { patchSites } from '../workloads/patch.ts';
import type { Case } from './case.ts';
import { keepRunning } from './keep-running.ts';
import { measureLatency } from './latency.ts';
import { measure } from './measure.ts';
import type { Job, Outcome, Places } from './message.ts';
import { addToPerfMap } from './perf-map.ts';
import { measurePhases } from './phases.ts';
import { askKernel } from './probe.ts';
import { programFor } from './program.ts';
import { StaleCodeError } from './sampler.ts';
import { runThreads } from './threaded.ts';
import { measureThreadLatency, measureThreads } from './threads.ts';

/** The user's strategies, from the files that the job's cases name. */
const own: Strategy[] = [];

/** What a case's loads put into modules, made once: images take time. */
const contents = new Map<string, Content>();

function startOf(wanted: Case, instrument?: Instrument): Start {
  const strategy = findStrategy(wanted.strategy, wanted.strategyFile === undefined ? catalogue : own);
  const workload = findWorkload(wanted.workload, wanted.parameters);
  const architecture = hostArchitecture();
  if (strategy === undefined || workload === undefined || architecture === undefined)
    throw new Error(`cannot run ${wanted.id} here`);
  const { layout, delayTurns } = wanted;
  const program = programFor(strategy, workload, wanted);
  if (program.landingPads && architecture !== 'arm64')
    throw new UnsuitedError('PROT_BTI asks for landing pads, which AArch64 alone has');
  const bytes = wanted.pages * wanted.pageSize;
  const key = `${wanted.workload} ${JSON.stringify(wanted.parameters)} ${bytes}`;
  const content = contents.get(key) ?? loadContent(workload, bytes, architecture);
  contents.set(key, content);
  return { program, content, layout, architecture, delayTurns, instrument };
}

function start(wanted: Case): RunningProgram {
  if (process.env.MAPBENCH_PERF_MAP === '1') return startNamed(wanted);
  return startProgram(wanted.engine, startOf(wanted));
}

/** Starts a case whose generated code perf(1) can name. */
function startNamed(wanted: Case): RunningProgram {
  const running = startProgram(wanted.engine, startOf(wanted));
  addToPerfMap(running);
  return running;
}

function reasonOf(error: unknown): string {
  if (error instanceof StepFailure) return describeFailure(error, hostFacts());
  return error instanceof Error ? error.message : String(error);
}

function run(job: Job): Outcome {
  if (job.kind === 'probe') return { kind: 'probed', answer: askKernel(job.probe) };
  if (job.kind === 'place') return { kind: 'placed', places: placesOf(job.cases[0]) };
  for (const [caseIndex, each] of job.cases.entries()) {
    try {
      const program = start(each);
      const { stale, executed } = program.batch(1);
      program.close();
      if (stale > 0) throw new StaleCodeError(stale, executed);
    } catch (error) {
      const kind = error instanceof StepFailure || error instanceof UnsuitedError ? 'unavailable' : 'failed';
      return { kind, reason: reasonOf(error), caseIndex };
    }
  }
  try {
    return carryOut(job);
  } catch (error) {
    return { kind: 'failed', reason: reasonOf(error) };
  }
}

function carryOut(job: Exclude<Job, { kind: 'place' | 'probe' }>): Outcome {
  switch (job.kind) {
    case 'try':
      return { kind: 'available' };
    case 'measure': {
      const [first] = job.cases;
      if (first?.others !== undefined)
        return { kind: 'measured', forks: [runThreads(measureThreads, startOf(first), first, job)] };
      const starts = job.cases.map((each) => () => start(each));
      const names = job.cases.map(({ id }) => id).join(' and ');
      const keepsPlacement = job.cases.some(hasTenants);
      return {
        kind: 'measured',
        forks: measure(starts, names, job.time, { keepsPlacement, warmUp: warmUpOf(job.cases) }),
      };
    }
    case 'phases': {
      const [only] = job.cases;
      const instrumented = startOf(only, 'phases');
      return {
        kind: 'phases',
        report: measurePhases(
          () => NativeProgram.start(instrumented),
          () => NativeProgram.start(startOf(only)),
          only.id,
          job.time,
        ),
      };
    }
    case 'latency': {
      const [only] = job.cases;
      if (only.others !== undefined)
        return {
          kind: 'latency',
          report: runThreads(measureThreadLatency, startOf(only, 'latency'), only, job),
        };
      const instrumented = startOf(only, 'latency');
      return { kind: 'latency', report: measureLatency(() => NativeProgram.start(instrumented), job.time) };
    }
    case 'profile': {
      const perIteration = keepRunning(() => startNamed(job.cases[0]), job.time);
      return { kind: 'profiled', report: { pid: process.pid, perIteration } };
    }
    case 'verify': {
      const [only] = job.cases;
      return { kind: 'verified', verdicts: verify({ ...startOf(only), wx: only.wx }) };
    }
  }
}

/** Setting up very many modules takes longer than a sample. */
function hasTenants({ workload, parameters }: Case): boolean {
  return findWorkload(workload, parameters)?.life.kind === 'tenants';
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
      [...after].flatMap(([slot, stretches]) => (stretches.some(({ prot }) => prot !== 0) ? [slot] : [])),
    ),
  );
  return new Set(mappingsOf(program).flatMap(({ slot, name }) => (used.has(slot) ? [name] : [])));
}

/** Where one placement of a case lies; null where it cannot be set up. */
function placesOf(each: Case): Places {
  try {
    const program = start(each);
    program.batch(1);
    const used = usedMappings(program.program);
    const places = Object.entries(program.addresses())
      .filter(([name]) => used.has(name))
      .map(([name, address]) => [name, `0x${address.toString(16)}`]);
    program.close();
    return Object.fromEntries(places);
  } catch {
    return null;
  }
}

/** Loads the user's files. Without any, nothing of what loading takes is in the process that is measured. */
async function loadOwn(files: ReadonlySet<string>): Promise<void> {
  if (files.size === 0) return;
  const { candidatesIn } = await import('./own/candidates.ts');
  const { loadOwnModule } = await import('./own/module.ts');
  const { endBundler } = await import('./own/esbuild.ts');
  for (const file of files) {
    const { exports } = await loadOwnModule(file);
    // Whoever planned the case has checked them, which takes longer than loading them.
    own.push(...candidatesIn(exports).map(([value]) => value as Strategy));
  }
  await endBundler();
}

async function main(job: Job): Promise<Outcome> {
  try {
    await loadOwn(new Set(job.cases.flatMap(({ strategyFile }) => strategyFile ?? [])));
    const [policy] = job.cases.flatMap((each) => each.policy ?? []);
    if (policy !== undefined) {
      applyPolicies(policy);
      // The kernel forgets it when a process becomes another user.
      dieWithParent();
    }
    return run(job);
  } catch (error) {
    const kind = error instanceof PolicyError ? 'unavailable' : 'failed';
    return { kind, reason: reasonOf(error), caseIndex: 0 };
  }
}

const parent = process.env.MAPBENCH_PARENT;
dieWithParent(parent === undefined ? undefined : Number(parent));
const outcome = await main(JSON.parse(process.argv[2] ?? '') as Job);
process.send?.(outcome, () => process.disconnect());
