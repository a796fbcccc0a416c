import type { EngineName, RunningProgram, Start } from './engine.ts';
import { FfiProgram } from './ffi/engine.ts';
import { NativeProgram } from './native/engine.ts';

const starters: Readonly<Record<EngineName, (start: Start) => RunningProgram>> = {
  native: (start) => NativeProgram.start(start),
  ffi: (start) => FfiProgram.start(start),
};

/** Sets a program up in this process. Throws a StepFailure where a step of the setup fails. */
export function startProgram(engine: EngineName, start: Start): RunningProgram {
  return starters[engine](start);
}
