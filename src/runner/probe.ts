import { buildProgram } from '../program/builder.ts';
import { describeStep } from '../program/describe.ts';
import { withProgram } from '../program/engine.ts';
import { NativeCode } from '../program/native/engine.ts';
import { StepFailure } from '../program/step-failure.ts';
import { probes } from '../strategies/probes.ts';
import { allowedCpus } from '../system/affinity.ts';
import { describeErrno, errnoName } from '../system/errno.ts';
import type { Bench } from './bench.ts';
import { Forks } from './forks.ts';
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

/** Runs one probe in a measured process. */
export async function askKernel(name: string, bench: Bench): Promise<ProbeAnswer> {
  const probe = probes.find((each) => each.name === name);
  if (probe === undefined) throw new Error(`cannot probe ${name} here`);
  const { target } = bench;
  const { pageSize } = target;
  const program = buildProgram(name, { pages: 4, pageSize }, probe.define);
  const last = program.setup.at(-1);
  const step = last === undefined ? '' : describeStep(last);
  try {
    const source = { program, content: bench.contents().plain, layout: 'kernel' } as const;
    await withProgram(await NativeCode.load(target, source), async () => {});
    return { kind: 'works', step };
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
    if (error.step.number === last?.number) return { kind: 'refused', errno: errnoName(error.errno), step };
    return { kind: 'unavailable', reason: `${describeStep(error.step)}: ${describeErrno(error.errno)}` };
  }
}

/** Asks the kernel every probe, each in a process of its own. */
export async function runProbes(signal: AbortSignal): Promise<ProbeResult[]> {
  using forks = new Forks();
  return await mapOnCpus(probes, allowedCpus(), async ({ name, summary }, cpu): Promise<ProbeResult> => {
    const outcome = await forks.run({ kind: 'probe', probe: name, cases: [] }, { cpu, signal });
    if (outcome.kind === 'probed') return { name, summary, answer: outcome.answer };
    const reason = outcome.kind === 'failed' ? outcome.reason : 'the measured process said nothing';
    return { name, summary, answer: { kind: 'unavailable', reason } };
  });
}
