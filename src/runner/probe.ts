import { buildProgram } from '../program/builder.ts';
import { describeStep } from '../program/describe.ts';
import { NativeProgram } from '../program/native/engine.ts';
import { StepFailure } from '../program/step-failure.ts';
import { probes } from '../strategies/probes.ts';
import { allowedCpus } from '../system/affinity.ts';
import { hostArchitecture } from '../system/architecture.ts';
import { describeErrno, errnoName } from '../system/errno.ts';
import { pageSize } from '../system/page-size.ts';
import { loadContent } from '../workloads/load.ts';
import { ret } from '../workloads/ret.ts';
import { runFork } from './fork.ts';
import { mapOnCpus } from './pool.ts';

/** What the kernel says to a probe. */
export type ProbeAnswer =
  /** It refuses the step in question. */
  | { readonly kind: 'refused'; readonly errno: string; readonly step: string }
  /** It does what was asked. */
  | { readonly kind: 'works'; readonly step: string }
  /** It does not get that far: an earlier step fails. */
  | { readonly kind: 'unavailable'; readonly reason: string };

/** A probe and its answer. */
export interface ProbeResult {
  readonly name: string;
  readonly summary: string;
  readonly answer: ProbeAnswer;
}

/** Runs one probe in this process. */
export function askKernel(name: string): ProbeAnswer {
  const probe = probes.find((each) => each.name === name);
  const architecture = hostArchitecture();
  if (probe === undefined || architecture === undefined) throw new Error(`cannot probe ${name} here`);
  const program = buildProgram(name, { pages: 4, pageSize: pageSize() }, probe.define);
  const last = program.setup.at(-1);
  const step = last === undefined ? '' : describeStep(last);
  try {
    const content = loadContent(ret, 0, architecture);
    NativeProgram.start({ program, content, layout: 'kernel', architecture }).close();
    return { kind: 'works', step };
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
    if (error.step.number === last?.number) return { kind: 'refused', errno: errnoName(error.errno), step };
    return { kind: 'unavailable', reason: `${describeStep(error.step)}: ${describeErrno(error.errno)}` };
  }
}

/** Asks the kernel every probe, each in a child process of its own. */
export function runProbes(signal: AbortSignal): Promise<ProbeResult[]> {
  return mapOnCpus(probes, allowedCpus(), async ({ name, summary }, cpu): Promise<ProbeResult> => {
    const outcome = await runFork({ kind: 'probe', probe: name, cases: [] }, cpu, signal);
    if (outcome.kind === 'probed') return { name, summary, answer: outcome.answer };
    const reason = outcome.kind === 'failed' ? outcome.reason : 'the child process said nothing';
    return { name, summary, answer: { kind: 'unavailable', reason } };
  });
}
