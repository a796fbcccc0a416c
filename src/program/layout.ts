import { MAP, PROT } from '../system/constants.ts';
import { callLibc, libc } from '../system/libc.ts';
import { alignmentOf, flagsOf, lengthOf } from './call-arguments.ts';
import type { Layout } from './layouts.ts';
import type { CallStep, Step } from './step.ts';

/** More holes than any process has above the one that was just made at the top, but for those that a setup leaves. */
const ownHoles = 1000;

/** A hole between two neighbours, in which a mapping of exactly `length` bytes fits. */
interface Hole {
  readonly address: number;
  readonly length: number;
}

/** The layout could not be made: the address space of this process does not allow it. */
export class LayoutError extends Error {}

/** Prepares the places of a program's mappings in this process. */
export class Placement {
  readonly #layout: Layout;
  readonly #pageSize: number;
  readonly #mostHoles: number;
  /** Address and length of what this placement mapped and still holds. */
  readonly #neighbours: Hole[] = [];

  /** `instances`: how often the program is set up. */
  constructor(layout: Layout, pageSize: number, instances = 1) {
    this.#layout = layout;
    this.#pageSize = pageSize;
    this.#mostHoles = ownHoles + instances;
  }

  /** The address to pass to a setup step: 0 where the kernel chooses, or where the step has a place already. */
  forSetup(step: CallStep): number {
    if (step.args[0]?.type !== 'address') return 0;
    if (this.#layout !== 'kernel') return this.#makeHole(step).address;
    return alignmentOf(step) > this.#pageSize ? this.#alignedAddress(step) : 0;
  }

  /** A free address at the step's alignment, which the kernel would not choose by itself. */
  #alignedAddress(step: CallStep): number {
    const unit = alignmentOf(step);
    const length = lengthOf(step) + unit;
    const start = this.#guard(0, length);
    callLibc('munmap', start, length);
    return Math.ceil(start / unit) * unit;
  }

  /**
   * Makes the holes into which the kernel will put the mappings of an iteration, which are made with a NULL
   * address. Returns their addresses by slot; empty for the `kernel` layout.
   */
  forIteration(steps: readonly Step[]): Map<number, number> {
    const places = new Map<number, number>();
    if (this.#layout === 'kernel') return places;
    const taken: Hole[] = [];
    for (const step of steps) {
      if (step.kind !== 'call' || step.call !== 'mmap' || step.result === undefined) continue;
      if (step.args[0]?.type !== 'address') continue;
      const hole = this.#makeHole(step);
      if (this.#closeHigherHoles(step, hole)) taken.push(hole);
      places.set(step.result.slot, hole.address);
    }
    for (const { address, length } of taken) callLibc('munmap', address, length);
    return places;
  }

  /** Removes the neighbours. */
  release(): void {
    for (const { address, length } of this.#neighbours.splice(0)) callLibc('munmap', address, length);
  }

  #makeHole(step: CallStep): Hole {
    const length = lengthOf(step);
    const flags = flagsOf(step, 'map');
    const unit = Math.max(alignmentOf(step), this.#pageSize);
    const twinLength = this.#layout === 'merged' ? unit : this.#pageSize;
    const reserved = length + 2 * unit + twinLength;
    const start = this.#guard(0, reserved);
    // One guard below, the hole at its alignment, a guard or a twin above.
    const address = Math.ceil((start + this.#pageSize) / unit) * unit;
    callLibc('munmap', address, length);
    const end = address + length;
    this.#neighbours.push({ address: start, length: address - start });
    this.#neighbours.push({ address: end, length: start + reserved - end });
    if (this.#layout === 'merged') this.#makeTwin(end, twinLength, flags);
    return { address, length };
  }

  /** An inaccessible mapping. It is shared: it has a file of its own, so it merges with nothing. */
  #guard(address: number, length: number): number {
    const fixed = address === 0 ? 0 : MAP.MAP_FIXED;
    const flags = MAP.MAP_SHARED | MAP.MAP_ANONYMOUS | fixed;
    return callLibc('mmap', address, length, PROT.PROT_NONE, flags, -1, 0);
  }

  /** A neighbour that equals a private anonymous mapping while that is writable. */
  #makeTwin(address: number, length: number, flags: number): void {
    if ((flags & MAP.MAP_ANONYMOUS) === 0) return;
    callLibc('mmap', address, length, PROT.PROT_READ | PROT.PROT_WRITE, flags | MAP.MAP_FIXED, -1, 0);
  }

  /**
   * The kernel takes the highest hole that fits: guards go into those above ours until it takes ours, which is left
   * taken. False where the kernel refuses such a mapping: then the step itself will fail, and say why.
   */
  #closeHigherHoles(step: CallStep, hole: Hole): boolean {
    const huge = flagsOf(step, 'map') & (MAP.MAP_HUGETLB | MAP.MAP_HUGE_2MB);
    const flags = MAP.MAP_PRIVATE | MAP.MAP_ANONYMOUS | huge;
    for (let tries = 0; tries < this.#mostHoles; tries++) {
      const taken = libc('mmap')(0, hole.length, PROT.PROT_NONE, flags, -1, 0);
      if (taken === -1) return false;
      if (taken === hole.address) return true;
      callLibc('munmap', taken, hole.length);
      this.#neighbours.push({ address: this.#guard(taken, hole.length), length: hole.length });
    }
    throw new LayoutError('the kernel does not place the mapping between its guards; try --layout kernel');
  }
}
