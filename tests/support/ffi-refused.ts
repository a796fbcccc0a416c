/**
 * Runs strategies in this process by the ffi engine, each of them refused one system call after a first
 * iteration, and prints what came of it as JSON. Its one argument is a list of RefusedBatch as JSON, none of
 * which is refused what others need.
 */
import { withProgram } from '../../src/program/engine.ts';
import { FfiCode } from '../../src/program/ffi.ts';
import { StepFailure } from '../../src/program/step-failure.ts';
import { findStrategy } from '../../src/strategies/catalogue.ts';
import { programOf } from '../../src/strategies/strategy.ts';
import { pageSize } from '../../src/system/memory.ts';
import type { ThisProcess } from '../../src/target/this-process.ts';
import { retContent } from './content.ts';
import { type Refusal, refuse } from './seccomp.ts';
import { withThisProcess } from './stub.ts';

export interface RefusedBatch {
  strategy: string;
  pages: number;
  refusal: Refusal;
}

async function failureOf(
  target: ThisProcess,
  { strategy: name, pages, refusal }: RefusedBatch,
): Promise<{ step: number; errno: number } | undefined> {
  const strategy = findStrategy(name);
  if (strategy === undefined) throw new Error(`no strategy is named ${name}`);
  const program = programOf(strategy, { pages, pageSize: pageSize() });
  const code = await FfiCode.load(target, { program, content: retContent(), layout: 'guarded' });
  try {
    await withProgram(code, async (running) => {
      await running.batch(1);
      await refuse(target, refusal);
      await running.batch(3);
    });
    return undefined;
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
    return { step: error.step.number, errno: error.errno };
  }
}

const batches: RefusedBatch[] = JSON.parse(process.argv[2] ?? '');
await withThisProcess(async (target) => {
  const failures: Awaited<ReturnType<typeof failureOf>>[] = [];
  for (const batch of batches) failures.push(await failureOf(target, batch));
  console.log(JSON.stringify(failures));
});
