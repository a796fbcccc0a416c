import { appendFileSync } from 'node:fs';
import type { RunningProgram, Start } from '../program/engine.ts';
import { describeFailure } from '../program/explain-failure.ts';
import { perfMap } from '../program/native/compile.ts';
import { NativeProgram } from '../program/native/engine.ts';
import type { Instrument } from '../program/native/instrument.ts';
import { mappingsOf, protectionsOf } from '../program/protections.ts';
import { startProgram } from '../program/start.ts';
import type { Program } from '../program/step.ts';
import { StepFailure } from '../program/step-failure.ts';
import { findStrategy } from '../strategies/catalogue.ts';
import { programOf } from '../strategies/strategy.ts';
import { hostArchitecture } from '../system/architecture.ts';
import { hostFacts } from '../system/host.ts';
import { dieWithParent } from '../system/process-death.ts';
import { verify } from '../verification/verify.ts';
import { findWorkload } from '../workloads/catalogue.ts';
import type { Case } from './case.ts';
import { measureLatency } from './latency.ts';
import { measure } from './measure.ts';
import type { Job, Outcome, Places } from './message.ts';
import { measurePhases } from './phases.ts';

function startOf(wanted: Case, instrument?: Instrument): Start {
  const strategy = findStrategy(wanted.strategy);
  const workload = findWorkload(wanted.workload);
  const architecture = hostArchitecture();
  if (strategy === undefined || workload === undefined || architecture === undefined)
    throw new Error(`cannot run ${wanted.id} here`);
  const { layout, delayTurns } = wanted;
  return { program: programOf(strategy, wanted), workload, layout, architecture, delayTurns, instrument };
}

function start(wanted: Case): RunningProgram {
  const running = startProgram(wanted.engine, startOf(wanted));
  if (process.env.MAPBENCH_PERF_MAP === '1') addToPerfMap(running);
  return running;
}

/** Names the generated code for perf(1), which looks in /tmp. */
function addToPerfMap(program: RunningProgram): void {
  if (program instanceof NativeProgram)
    appendFileSync(`/tmp/perf-${process.pid}.map`, perfMap(program.code, program.codeAddress));
}

function reasonOf(error: unknown): string {
  if (error instanceof StepFailure) return describeFailure(error, hostFacts());
  return error instanceof Error ? error.message : String(error);
}

function run(job: Job): Outcome {
  if (job.kind === 'place') return { kind: 'placed', places: placesOf(job.cases[0]) };
  for (const [caseIndex, each] of job.cases.entries()) {
    try {
      const program = start(each);
      program.batch(1);
      program.close();
    } catch (error) {
      const kind = error instanceof StepFailure ? 'unavailable' : 'failed';
      return { kind, reason: reasonOf(error), caseIndex };
    }
  }
  try {
    return carryOut(job);
  } catch (error) {
    return { kind: 'failed', reason: reasonOf(error) };
  }
}

function carryOut(job: Exclude<Job, { kind: 'place' }>): Outcome {
  switch (job.kind) {
    case 'try':
      return { kind: 'available' };
    case 'measure': {
      const starts = job.cases.map((each) => () => start(each));
      const names = job.cases.map(({ id }) => id).join(' and ');
      return { kind: 'measured', forks: measure(starts, names, job.time) };
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
      const instrumented = startOf(job.cases[0], 'latency');
      return { kind: 'latency', report: measureLatency(() => NativeProgram.start(instrumented), job.time) };
    }
    case 'verify': {
      const [only] = job.cases;
      return { kind: 'verified', verdicts: verify({ ...startOf(only), wx: only.wx }) };
    }
  }
}

/** Names of the mappings that can be read, written or run at some step: not of mere reservations. */
function usedMappings(program: Program): Set<string> {
  const { setup, iteration } = protectionsOf(program);
  const used = new Set(
    [...setup, ...iteration].flatMap(({ after }) =>
      [...after].flatMap(([slot, prot]) => (prot === 0 ? [] : [slot])),
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

dieWithParent();
const job = JSON.parse(process.argv[2] ?? '') as Job;
process.send?.(run(job), () => process.disconnect());
