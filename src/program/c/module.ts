import type { Workload } from '../../workloads/workload.ts';
import type { Program, Step } from '../step.ts';
import { imageFunctions } from './image.ts';
import { pageStartFunctions } from './page-starts.ts';
import { patchFunctions } from './patches.ts';
import type { Written } from './shared.ts';

/** The C functions that write and run a workload's module. */
export function moduleFunctions(program: Program, workload: Workload): string {
  const steps: readonly Step[] = [...program.setup, ...program.iteration];
  const writes = steps.flatMap((step) => (step.kind === 'write_module' ? [step.into.kind] : []));
  const written: Written = {
    throughMapping:
      writes.some((kind) => kind !== 'file') || steps.some(({ kind }) => kind === 'start_writer'),
    throughFile: writes.includes('file'),
  };
  const { code } = workload;
  const functions =
    code.kind === 'page starts'
      ? pageStartFunctions(code.code, workload.summary, written, program.landingPads ?? false)
      : code.kind === 'image'
        ? imageFunctions(program.module, code, workload.summary, written)
        : patchFunctions(program.module, code.count, workload.summary, written);
  return `${functions}\n`;
}
