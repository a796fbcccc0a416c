import { appendFileSync } from 'node:fs';
import type { RunningProgram } from '../program/engine.ts';
import { perfMap } from '../program/native/compile.ts';
import { NativeProgram } from '../program/native/engine.ts';

/** Where perf(1) looks for the names of a process's generated code. */
export function perfMapPath(pid: number): string {
  return `/tmp/perf-${pid}.map`;
}

/** Names this process's generated loop for perf. */
export function addToPerfMap(program: RunningProgram): void {
  if (program instanceof NativeProgram)
    appendFileSync(perfMapPath(process.pid), perfMap(program.code, program.codeAddress));
}
