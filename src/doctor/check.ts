import type { Facts } from './facts.ts';
import type { Verdict } from './finding.ts';

/** One thing to look at: a pure function of facts. It may say several things, or nothing where there is nothing to say. */
export interface Check {
  /** As `governor`. */
  readonly id: string;
  readonly look: (facts: Facts) => Verdict | readonly Verdict[];
}
