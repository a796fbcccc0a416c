import { stampCode } from './stamp.ts';
import type { Workload } from './workload.ts';

/** What the first load costs: nothing is kept from one iteration to the next. */
export const cold: Workload = {
  name: 'cold',
  summary: 'setup, one load and teardown, in every iteration',
  code: { kind: 'page starts', code: stampCode },
  life: { kind: 'cold' },
  pages: 4,
};
