import type { SectionMaker } from './section.ts';
import { comparison } from './sections/comparison.ts';
import { distribution } from './sections/distribution.ts';
import { drift } from './sections/drift.ts';
import { gates } from './sections/gates.ts';
import { hosts } from './sections/hosts.ts';
import { latency } from './sections/latency.ts';
import { matrix } from './sections/matrix.ts';
import { phases } from './sections/phases.ts';
import { policies } from './sections/policies.ts';
import { sizes } from './sections/sizes.ts';
import { summary } from './sections/summary.ts';
import { threads } from './sections/threads.ts';
import { times } from './sections/times.ts';
import { trends } from './sections/trends.ts';
import { windows } from './sections/windows.ts';

/** The sections of a page in their order; each says itself whether its data exist. */
export const sections: readonly SectionMaker[] = [
  summary,
  gates,
  comparison,
  matrix,
  times,
  distribution,
  drift,
  phases,
  sizes,
  threads,
  windows,
  latency,
  policies,
  trends,
  hosts,
];
