import { arrange, requireResidence, UnsuitedError } from '../program/arrange.ts';
import type { ModuleSize, Program } from '../program/step.ts';
import { programOf, type Strategy } from '../strategies/strategy.ts';
import type { Workload } from '../workloads/workload.ts';

/** Bytes that the modules of a workload may take in all: what they hold is touched, and a host has other uses for it. */
const mostBytes = 512 * 1024 * 1024;

/** The program of a strategy as a workload runs it. Throws an UnsuitedError where the two make no sense together. */
export function programFor(strategy: Strategy, workload: Workload, module: ModuleSize): Program {
  const program = programOf(strategy, module);
  const { code } = workload;
  if (code.kind === 'patches') requireResidence(program);
  if (code.kind === 'patches' && program.landingPads)
    throw new UnsuitedError('a patch is a store of 8 bytes, in which there is no room for a landing pad');
  const isFixed = program.iteration.some((step) => step.kind === 'execute_module' && step.load === 'setup');
  if (code.kind === 'image' && code.isRelocated && isFixed)
    throw new UnsuitedError('it runs its image as it is in the file, in which nothing can be relocated');
  const arranged = arrange(program, workload.life);
  const mapped = bytesOf(arranged) * (arranged.instances ?? 1);
  if (mapped > mostBytes) {
    const MiB = (bytes: number) => Math.ceil(bytes / 1024 / 1024);
    throw new UnsuitedError(
      `its modules take ${MiB(mapped)} MiB in all, ${MiB(mostBytes)} are allowed; ask for fewer --modules or --pages`,
    );
  }
  return arranged;
}

/** The longest mapping that an instance makes: the others are views of it, or shorter. */
function bytesOf({ setup, iteration }: Program): number {
  const lengths = [...setup, ...iteration].flatMap((step) =>
    step.kind === 'call' && step.result?.kind === 'mapping' ? [step.result.length] : [],
  );
  return Math.max(0, ...lengths);
}
