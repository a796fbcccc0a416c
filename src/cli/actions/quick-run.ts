import type { NamedDocument } from '../../comparison/matrix.ts';
import type { KnownStrategy } from '../../runner/plan.ts';
import { effort } from '../../runner/presets.ts';
import { onCommandLine, planRun } from '../../runner/request.ts';
import { runCases } from '../../runner/run.ts';
import { pageSize } from '../../system/memory.ts';
import type { WorkloadName } from '../../workloads/catalogue.ts';
import { createRunDisplay } from '../display.ts';

/** What a quick run measures with. */
export interface QuickRun {
  readonly threads?: number | undefined;
  /** Bytes. */
  readonly moduleSize?: number | undefined;
  readonly workload?: WorkloadName | undefined;
  /** Also what a live module weighs. */
  readonly memory?: boolean;
}

/** Measures strategies as `run --quick` does, where no document was given. */
export async function quickRun(
  strategies: readonly KnownStrategy[],
  { threads, moduleSize, workload = 'ret', memory = false }: QuickRun,
  signal: AbortSignal,
  color: boolean,
): Promise<NamedDocument> {
  const pages = moduleSize === undefined ? undefined : [Math.max(1, Math.ceil(moduleSize / pageSize()))];
  const request = {
    ...{ pages, workload, ...effort.quick, memory },
    threads: threads === undefined ? undefined : [threads],
  };
  const { cases, options, instruments } = planRun(strategies, request, onCommandLine);
  const display = await createRunDisplay(
    process.stderr,
    cases.map(({ id }) => id),
    color,
  );
  const document = await runCases(cases, options, instruments, signal, display);
  display.end();
  return { name: 'this run', document };
}
