import type { Architecture } from '../system/syscalls.ts';
import type { CodeTemplate, Workload } from './workload.ts';

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

/** Code that returns a value of its own for each load. */
export const stampCode: Readonly<Record<Architecture, CodeTemplate>> = {
  // mov eax, imm32; ret
  x64: { bits: 0x0000_c300_0000_00b8n, bytes: 8, stamp: { at: 8, width: 32 } },
  // movz w0, #imm16; ret
  arm64: { bits: 0xd65f_03c0_5280_0000n, bytes: 8, stamp: { at: 5, width: 16 } },
};

/**
 * The workload that checks itself: each page returns a value that differs in every iteration, so that code
 * that was not written, or is stale, is seen.
 */
export const stamp: Workload = {
  name: 'stamp',
  summary: 'at each page start, code that returns the number of the load',
  code: { kind: 'page starts', code: stampCode },
  life: { kind: 'resident' },
  pages: 4,
};

/** What the first load costs: nothing is kept from one iteration to the next. */
export const cold: Workload = {
  name: 'cold',
  summary: 'setup, one load and teardown, in every iteration',
  code: { kind: 'page starts', code: stampCode },
  life: { kind: 'cold' },
  pages: 4,
};
