import type { Workload } from './workload.ts';

/** The article's workload: a return instruction at each page start, each page called once. */
export const ret: Workload = {
  name: 'ret',
  summary: 'one return instruction at each page start',
  code: {
    kind: 'page starts',
    code: {
      x64: { bits: 0xc3n, bytes: 1 },
      arm64: { bits: 0xd65f03c0n, bytes: 4 },
    },
  },
  life: { kind: 'resident' },
  pages: 4,
};
