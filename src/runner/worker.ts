import { writeFileSync } from 'node:fs';
import type { RunningProgram } from '../program/engine.ts';
import { describeFailure } from '../program/explain-failure.ts';
import { perfMap } from '../program/native/compile.ts';
import { NativeProgram } from '../program/native/engine.ts';
import { startProgram } from '../program/start.ts';
import { StepFailure } from '../program/step-failure.ts';
import { findStrategy } from '../strategies/catalogue.ts';
import { programOf } from '../strategies/strategy.ts';
import { hostArchitecture } from '../system/architecture.ts';
import { hostFacts } from '../system/host.ts';
import { dieWithParent } from '../system/process-death.ts';
import { ret } from '../workloads/ret.ts';
import type { Case } from './case.ts';
import { measure } from './measure.ts';
import type { Job, Outcome } from './message.ts';

function start(wanted: Case): RunningProgram {
  const strategy = findStrategy(wanted.strategy);
  const architecture = hostArchitecture();
  if (strategy === undefined || architecture === undefined) throw new Error(`cannot run ${wanted.id} here`);
  const program = programOf(strategy, wanted);
  const { layout, delayTurns } = wanted;
  return startProgram(wanted.engine, { program, workload: ret, layout, architecture, delayTurns });
}

/** Names the generated code for perf(1), which looks in /tmp. */
function writePerfMap(program: RunningProgram): void {
  if (program instanceof NativeProgram) {
    writeFileSync(`/tmp/perf-${process.pid}.map`, perfMap(program.code, program.codeAddress));
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof StepFailure) return describeFailure(error, hostFacts());
  return error instanceof Error ? error.message : String(error);
}

function run(job: Job): Outcome {
  let program: RunningProgram;
  try {
    program = start(job.case);
    program.batch(1);
  } catch (error) {
    return { kind: error instanceof StepFailure ? 'unavailable' : 'failed', reason: reasonOf(error) };
  }
  try {
    const outcome = measureOrTry(program, job);
    program.close();
    return outcome;
  } catch (error) {
    return { kind: 'failed', reason: reasonOf(error) };
  }
}

function measureOrTry(program: RunningProgram, { case: { id }, time }: Job): Outcome {
  if (time === 0) return { kind: 'available' };
  if (process.env.MAPBENCH_PERF_MAP === '1') writePerfMap(program);
  return { kind: 'measured', fork: measure(program, id, time) };
}

dieWithParent();
const job = JSON.parse(process.argv[2] ?? '') as Job;
process.send?.(run(job), () => process.disconnect());
