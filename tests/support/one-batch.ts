/**
 * Starts a strategy, runs one batch in this process and prints what came of it as JSON.
 * Its one argument is a BatchJob as JSON.
 */
import type { EngineName } from '../../src/program/engine.ts';
import { startProgram } from '../../src/program/start.ts';
import { StepFailure } from '../../src/program/step-failure.ts';
import { findStrategy } from '../../src/strategies/catalogue.ts';
import { programOf } from '../../src/strategies/strategy.ts';
import { hostArchitecture } from '../../src/system/architecture.ts';
import { retContent, stampContent } from './content.ts';
import { type Refusal, refuse } from './seccomp.ts';

export interface BatchJob {
  strategy: string;
  engine: EngineName;
  pages: number;
  iterations: number;
  workload: 'ret' | 'stamp';
  /** Refused from before the setup, or from after a first iteration. */
  refusal?: Refusal & { from: 'setup' | 'iteration' };
}

export type BatchOutcome =
  | { addresses: Record<string, number>; executed: number; stale: number }
  | { failedStep: number; errno: number };

const job: BatchJob = JSON.parse(process.argv[2] ?? '');
const strategy = findStrategy(job.strategy);
const architecture = hostArchitecture();
if (strategy === undefined || architecture === undefined) throw new Error('cannot run');

function run(): BatchOutcome {
  if (strategy === undefined || architecture === undefined) throw new Error('cannot run');
  const program = programOf(strategy, { pages: job.pages, pageSize: 4096 });
  if (job.refusal?.from === 'setup') refuse(job.refusal);
  const content = job.workload === 'ret' ? retContent() : stampContent();
  const running = startProgram(job.engine, { program, content, layout: 'guarded', architecture });
  running.batch(1);
  if (job.refusal?.from === 'iteration') refuse(job.refusal);
  const { executed, stale } = running.batch(job.iterations);
  return { addresses: running.addresses(), executed, stale };
}

try {
  console.log(JSON.stringify(run()));
} catch (error) {
  if (!(error instanceof StepFailure)) throw error;
  console.log(JSON.stringify({ failedStep: error.step.number, errno: error.errno }));
}
