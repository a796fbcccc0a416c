import { appendFileSync } from 'node:fs';
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
  const running = startProgram(wanted.engine, { program, workload: ret, layout, architecture, delayTurns });
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

function run({ cases, time }: Job): Outcome {
  for (const [caseIndex, each] of cases.entries()) {
    try {
      const program = start(each);
      program.batch(1);
      program.close();
    } catch (error) {
      const kind = error instanceof StepFailure ? 'unavailable' : 'failed';
      return { kind, reason: reasonOf(error), caseIndex };
    }
  }
  if (time === 0) return { kind: 'available' };
  try {
    const names = cases.map(({ id }) => id).join(' and ');
    return {
      kind: 'measured',
      forks: measure(
        cases.map((each) => () => start(each)),
        names,
        time,
      ),
    };
  } catch (error) {
    return { kind: 'failed', reason: reasonOf(error) };
  }
}

dieWithParent();
const job = JSON.parse(process.argv[2] ?? '') as Job;
process.send?.(run(job), () => process.disconnect());
