import type { Architecture } from '../system/architecture.ts';
import type { CodeTemplate, Workload } from './workload.ts';

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
