import type { Program } from '../program/ir.ts';
import type { Layout } from '../program/names.ts';
import type { WxClass } from '../strategies/strategy.ts';
import type { MeasuredProcess } from '../target/measured-process.ts';
import type { Content } from '../workloads/content.ts';

/** What is verified: a program, and what its strategy promises. */
export interface Subject {
  readonly target: MeasuredProcess;
  readonly program: Program;
  readonly wx: WxClass;
  readonly layout: Layout;
  /** What loads put into the module: code that only returns, and code that returns the number of its load. */
  readonly plain: Content;
  readonly stamped: Content;
  /** The processor is emulated: a tenth of the iterations, which take as long. */
  readonly isEmulated?: boolean | undefined;
}

/** What is looked at, in the order in which it is. */
const checkNames = ['fresh code', 'protections', 'real changes', 'nothing left'] as const;
export type CheckName = (typeof checkNames)[number];

/** What a check found. */
export interface CheckResult {
  readonly check: CheckName;
  readonly outcome: 'passes' | 'fails' | 'does not apply';
  /** What was seen, as a phrase. */
  readonly evidence: string;
}

/** A result that fails for the first of the faults, and passes with `evidence` if there is none. */
export function resultOf(check: CheckName, faults: readonly string[], evidence: string): CheckResult {
  const [first] = faults;
  if (first === undefined) return { check, outcome: 'passes', evidence };
  const others = faults.length > 1 ? `, and ${faults.length - 1} more` : '';
  return { check, outcome: 'fails', evidence: `${first}${others}` };
}
