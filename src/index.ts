/**
 * mapbench as a library: what a file of one's own strategies needs, and `run`, which measures. Importing it
 * loads nothing of the operating system, so strategies can be written and checked anywhere.
 */
import type { GateResult } from './gates/evaluate.ts';
import type { ResultDocument } from './results/document.ts';
import type { MeasureOptions } from './runner/user/api.ts';
import { RequestError } from './system/errors.ts';
import { unsupportedHost } from './system/syscalls.ts';

export type { GateResult } from './gates/evaluate.ts';
export type { MapOptions, MmapOptions } from './program/builder.ts';
export {
  ANONYMOUS,
  BTI,
  type DefineContext,
  EXEC,
  HUGE_2MB,
  HUGETLB,
  hugePage,
  type IterationRecorder,
  LOCKED,
  NONE,
  NORESERVE,
  POPULATE,
  PRIVATE,
  ProgramError,
  READ,
  REGISTER_SYNC_CORE,
  type SetupRecorder,
  SHARED,
  type StepRecorder,
  SYNC_CORE,
  WRITE,
} from './program/builder.ts';
export type * from './program/ir.ts';
export type { EngineName, Layout } from './program/names.ts';
export type {
  CaseResult,
  Counters,
  Estimate,
  ForkResult,
  Latency,
  Phases,
  ResultDocument,
} from './results/document.ts';
export type { MeasureOptions } from './runner/user/api.ts';
export { type Config, defineConfig, type RunDefaults } from './runner/user/config.ts';
export {
  defineStrategy,
  type Group,
  type Owner,
  programOf,
  type Strategy,
  type WxClass,
} from './strategies/strategy.ts';
export {
  MADV,
  MAP,
  MEMBARRIER,
  MFD,
  MREMAP,
  OPEN,
  PKEY,
  PROT,
  SEALS,
  UFFD,
  UFFD_API,
  UFFD_FEATURE_MOVE,
  UFFDIO,
  UFFDIO_REGISTER_MODE_MISSING,
} from './system/constants.ts';
export type { WorkloadParameters } from './workloads/catalogue.ts';
export type { Calls } from './workloads/workload.ts';

/**
 * Measures strategies as `mapbench run` does, in child processes, and resolves with the document that
 * `mapbench run --format json` prints. What a strategy cannot do on this host is in the document. Rejects
 * with one sentence for options that are wrong, for a file that cannot be loaded and on a host that is not
 * Linux on x86-64 or AArch64.
 */
export async function run(options: MeasureOptions = {}): Promise<ResultDocument> {
  const unsupported = unsupportedHost();
  if (unsupported !== undefined) throw new RequestError(unsupported);
  const { measureStrategies } = await import('./runner/run.ts');
  return measureStrategies(options);
}

/**
 * Decides gates as `mapbench run --assert` does, by the intervals of a document. Throws an error, one
 * sentence, for a gate that is none or speaks of cases that the document does not have; one about a case that
 * could not be measured fails.
 */
export async function checkGates(document: ResultDocument, gates: readonly string[]): Promise<GateResult[]> {
  const { decideGates } = await import('./gates/evaluate.ts');
  const { parseGate } = await import('./gates/parse.ts');
  const { checkCases } = await import('./gates/resolve.ts');
  const parsed = gates.map((text) => parseGate(text));
  for (const gate of parsed) checkCases(gate, document.cases, undefined);
  return decideGates(parsed, document, []);
}
