import { MapbenchError } from '../system/errors.ts';
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

/** The same, whose upper half is the complement of the lower: where another thread runs it meanwhile. */
export const liveCode: CodeTemplate = { ...stampCode.x64, stamp: { at: 8, width: 32, isPaired: true } };

/** What `ldr` reaches on AArch64, in bytes. */
const literalReach = 1 << 20;

/** Whether code reaches a link so many bytes behind it. */
export function reachesLink(architecture: Architecture, distance: number): boolean {
  return architecture === 'x64' || distance < literalReach;
}

/**
 * Code that returns the word so many bytes behind it, whatever that is: what `stampCode` is where nothing is
 * written.
 */
function linkedStamp(architecture: Architecture, distance: number): CodeTemplate {
  if (architecture === 'x64') {
    // mov eax, [rip + distance]; ret: the distance counts from the end of the first instruction.
    const displacement = BigInt.asUintN(32, BigInt(distance - 6));
    return { bits: 0x00c3_0000_0000_058bn | (displacement << 16n), bytes: 8 };
  }
  if (!reachesLink(architecture, distance))
    throw new MapbenchError(
      'unsuited',
      `its links are ${distance} bytes behind its code, and AArch64 reaches less than ${literalReach}; ask for fewer --pages`,
    );
  // ldr w0, . + distance; ret
  return { bits: 0xd65f_03c0_1800_0000n | (BigInt(distance / 4) << 5n), bytes: 8 };
}

/** A template where the code stays, and what differs between loads is a link so many bytes behind it. */
export function linkedCode(
  template: CodeTemplate,
  architecture: Architecture,
  distance: number,
): { readonly code: CodeTemplate; readonly link: CodeTemplate } {
  const { stamp } = template;
  // Where nothing differs there is a link all the same, which the code does not look at.
  if (stamp === undefined) return { code: template, link: { bits: 1n, bytes: 8 } };
  const link = { bits: 0n, bytes: 8, stamp: { at: 0, width: stamp.width } } as const;
  return { code: linkedStamp(architecture, distance), link };
}

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
