import type { MeasuredProcess, Region } from '../../target/measured-process.ts';
import type { ProgramSource } from '../engine.ts';
import { isSystemCall, type Step } from '../ir.ts';
import type { Routines } from '../step-runner.ts';
import { compileStep } from './compile.ts';
import type { ContextSize } from './context.ts';

/** Bytes of which code begins at a multiple. */
const codeAlignment = 64;

/** Code of a program in the measured process: where each step lies, and what is disposed of with it. */
export interface LoadedRoutines {
  readonly routines: Routines;
  readonly region: Region;
}

/**
 * Loads the steps that are no calls, each a function of its own, behind `first`, which is loaded with them.
 */
export async function loadRoutines(
  target: MeasuredProcess,
  { program, content }: ProgramSource,
  steps: readonly Step[],
  size: ContextSize,
  first: Uint8Array = new Uint8Array(0),
): Promise<LoadedRoutines> {
  const parts = [first];
  const offsets = new Map<Step, number>();
  let end = aligned(first.length);
  for (const step of steps) {
    if (isSystemCall(step) || step.kind === 'require') continue;
    const code = compileStep(step, program, content, target, size);
    offsets.set(step, end);
    parts.push(new Uint8Array(end - lengthOf(parts)), code);
    end = aligned(end + code.length);
  }
  const region = await target.load(Buffer.concat(parts));
  return {
    region,
    routines: new Map([...offsets].map(([step, offset]) => [step, region.address + offset])),
  };
}

function aligned(offset: number): number {
  return Math.ceil(offset / codeAlignment) * codeAlignment;
}

function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}
