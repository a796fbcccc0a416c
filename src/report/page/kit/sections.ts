import { comparison } from '../topics/comparison.ts';
import { distribution } from '../topics/distribution.ts';
import { matrix } from '../topics/documents.ts';
import { drift } from '../topics/drift.ts';
import { gates } from '../topics/gates.ts';
import { hosts } from '../topics/hosts.ts';
import { latency } from '../topics/latency.ts';
import { phases } from '../topics/phases.ts';
import { policies } from '../topics/policies.ts';
import { sizes } from '../topics/sizes.ts';
import { summary } from '../topics/summary.ts';
import { processes, threads } from '../topics/threads.ts';
import { times } from '../topics/times.ts';
import { trends } from '../topics/trends.ts';
import { windows } from '../topics/windows.ts';
import type { SectionMaker } from './input.ts';

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
  processes,
  windows,
  latency,
  policies,
  trends,
  hosts,
];
