import { MAP, PROT } from '../system/constants.ts';
import { MapbenchError } from '../system/errors.ts';
import { type Refusal, RefusalError } from '../system/refusal.ts';
import type { Operand } from '../target/measured-process.ts';
import type { OperationList, Result } from '../target/operation-list.ts';
import { alignmentOf, flagsOf, lengthOf } from './calls.ts';
import type { CallStep, Step } from './ir.ts';
import type { Layout } from './names.ts';
import { StepFailure } from './step-failure.ts';

/**
 * More holes than any process has above the one that was just made at the top, but for those that a setup
 * leaves.
 */
const ownHoles = 1000;

/**
 * Bytes: mappings of at least so many are aligned to a multiple of it, those of files by many file systems,
 * anonymous ones from Linux 6.7 on, which later ones do for multiples alone (thp_get_unmapped_area).
 */
export const alignment = 2 * 1024 * 1024;

/**
 * Whether the kernel may align a mapping of its own accord: it then takes no hint and no hole of just its
 * length.
 */
export function isAlignedByKernel(step: CallStep): boolean {
  return step.call === 'mmap' && lengthOf(step) >= alignment;
}

/**
 * Something that this layout mapped: an address, known now or once the operations were run, and a length in
 * bytes.
 */
interface Neighbour {
  readonly address: () => number;
  readonly length: number;
}

/** An address: as an operand at once, as a number once the operations were run. */
export interface Place {
  readonly operand: Operand;
  readonly value: () => number;
}

/** Addresses at which a mapping may begin. */
export interface AddressRange {
  readonly lowest: number;
  readonly highest: number;
}

/** A hole between two neighbours, into which a mapping fits. */
interface Hole extends Place {
  readonly length: number;
}

/** The layout could not be made: the address space of the measured process does not allow it. */
export function misplaced(what: string): MapbenchError {
  return new MapbenchError('failed', `${what} between its guards; try --layout kernel`);
}

/** Prepares the places of a program's mappings. */
export class Placement {
  readonly #layout: Layout;
  readonly #pageSize: number;
  readonly #maxHoles: number;
  readonly #operations: OperationList;
  readonly #neighbours: Neighbour[] = [];

  /** `instances`: how often the program is set up. What is done is added to `operations`. */
  constructor(layout: Layout, pageSize: number, operations: OperationList, instances = 1) {
    this.#layout = layout;
    this.#pageSize = pageSize;
    this.#operations = operations;
    this.#maxHoles = ownHoles + instances;
  }

  /**
   * The place for a mapping of the setup; undefined where the kernel chooses, or where the step has a place
   * already.
   */
  async forSetup(step: CallStep): Promise<Place | undefined> {
    if (step.call !== 'mmap' || step.args[0]?.type !== 'address') return undefined;
    if (this.#layout !== 'kernel') return this.#makeHole(step);
    return alignmentOf(step) > this.#pageSize ? this.#alignedPlace(step) : undefined;
  }

  /** A free address at the step's alignment, which the kernel would not choose by itself. */
  async #alignedPlace(step: CallStep): Promise<Place> {
    const unit = alignmentOf(step);
    const length = lengthOf(step) + unit;
    const start = this.#guard(step, 0, length);
    this.#unmap(step, start.plus(0), length);
    await this.#operations.flush();
    const address = Math.ceil(start.value / unit) * unit;
    return { operand: address, value: () => address };
  }

  /**
   * Makes the holes into which the kernel will put the mappings of an iteration, which are made with a NULL
   * address. Returns the holes by slot; none for the `kernel` layout.
   */
  async forIteration(steps: readonly Step[]): Promise<Map<number, AddressRange>> {
    const places = new Map<number, AddressRange>();
    if (this.#layout === 'kernel') return places;
    const taken: { step: CallStep; address: number; length: number }[] = [];
    for (const step of steps) {
      if (step.kind !== 'call' || step.call !== 'mmap' || step.result === undefined) continue;
      if (step.args[0]?.type !== 'address') continue;
      const isAligned = isAlignedByKernel(step) && alignmentOf(step) <= this.#pageSize;
      const hole = await this.#makeHole(step, isAligned ? alignment : 0);
      const address = await this.#closeHigherHoles(step, hole);
      if (address === undefined) continue;
      const length = lengthOf(step);
      taken.push({ step, address, length });
      places.set(step.result.slot, { lowest: hole.value(), highest: hole.value() + hole.length - length });
    }
    for (const { step, address, length } of taken) this.#unmap(step, address, length);
    await this.#operations.flush();
    return places;
  }

  /** Removes the neighbours. */
  async release(step: CallStep | undefined): Promise<void> {
    for (const { address, length } of this.#neighbours.splice(0)) {
      await this.#operations.makeRoom();
      this.#unmap(step, address(), length);
    }
  }

  /** `slack`: room beside the mapping, in which the kernel aligns it. */
  async #makeHole(step: CallStep, slack = 0): Promise<Hole> {
    const length = lengthOf(step) + slack;
    const flags = flagsOf(step, 'map');
    const unit = slack > 0 ? alignment : Math.max(alignmentOf(step), this.#pageSize);
    const twinLength = this.#layout === 'merged' ? unit : this.#pageSize;
    const reserved = length + 2 * unit + twinLength;
    const start = this.#guard(step, 0, reserved);
    // One guard below, the hole at its alignment, a guard or a twin above.
    let distance = this.#pageSize;
    if (unit > this.#pageSize) {
      await this.#operations.flush();
      distance = Math.ceil((start.value + this.#pageSize) / unit) * unit - start.value;
    }
    this.#unmap(step, start.plus(distance), length);
    const end = distance + length;
    this.#neighbours.push({ address: () => start.value, length: distance });
    this.#neighbours.push({ address: () => start.value + end, length: reserved - end });
    // The kernel leaves what is free above a mapping that it aligns: there the one to merge with lies below.
    if (this.#layout === 'merged' && slack > 0)
      this.#makeTwin(step, start.plus(distance - this.#pageSize), this.#pageSize, flags);
    else if (this.#layout === 'merged') this.#makeTwin(step, start.plus(end), twinLength, flags);
    return { operand: start.plus(distance), value: () => start.value + distance, length };
  }

  /** An inaccessible mapping. It is shared: it has a file of its own, so it merges with nothing. */
  #guard(step: CallStep, address: number, length: number): Result {
    const fixed = address === 0 ? 0 : MAP.MAP_FIXED;
    const flags = MAP.MAP_SHARED | MAP.MAP_ANONYMOUS | fixed;
    return this.#map(step, address, length, PROT.PROT_NONE, flags);
  }

  /** A neighbour that equals a private anonymous mapping while that is writable. */
  #makeTwin(step: CallStep, address: Operand, length: number, flags: number): void {
    if ((flags & MAP.MAP_ANONYMOUS) === 0) return;
    this.#map(step, address, length, PROT.PROT_READ | PROT.PROT_WRITE, flags | MAP.MAP_FIXED);
  }

  /**
   * The kernel takes the highest hole that fits: guards go into those above ours until it takes ours, which
   * is left taken. Returns where; undefined where the kernel refuses such a mapping: then the step itself
   * will fail, and say why.
   */
  async #closeHigherHoles(step: CallStep, hole: Hole): Promise<number | undefined> {
    const huge = flagsOf(step, 'map') & (MAP.MAP_HUGETLB | MAP.MAP_HUGE_2MB);
    // A shared mapping is content with the smallest hole: what is aligned finds no other one either.
    const flags =
      huge === 0 ? MAP.MAP_SHARED | MAP.MAP_ANONYMOUS : MAP.MAP_PRIVATE | MAP.MAP_ANONYMOUS | huge;
    const length = lengthOf(step);
    await this.#operations.flush();
    const low = hole.value();
    const high = low + hole.length - length;
    for (let tries = 0; tries < this.#maxHoles; tries++) {
      const mapping = {
        call: 'mmap',
        args: [0, length, PROT.PROT_NONE, flags, -1, 0],
        mayFail: true,
      } as const;
      const refusal = { call: 'mmap', bytes: length, prot: PROT.PROT_NONE, map: flags };
      const taken = this.#operations.add(mapping, this.#failure(step, refusal));
      await this.#operations.flush();
      if (taken.value < 0) return undefined;
      if (taken.value >= low && taken.value <= high) return taken.value;
      this.#unmap(step, taken.value, length);
      this.#guard(step, taken.value, length);
      const address = taken.value;
      this.#neighbours.push({ address: () => address, length });
    }
    throw misplaced('the kernel does not place the mapping');
  }

  #map(step: CallStep, address: Operand, length: number, prot: number, flags: number): Result {
    return this.#operations.add(
      { call: 'mmap', args: [address, length, prot, flags, -1, 0] },
      this.#failure(step, { call: 'mmap', bytes: length, prot, map: flags }),
    );
  }

  #unmap(step: CallStep | undefined, address: Operand, length: number): void {
    const failure = this.#failure(step, { call: 'munmap', bytes: length });
    this.#operations.add({ call: 'munmap', args: [address, length] }, failure);
  }

  /** Where the neighbours of a step's mapping are refused, so is the step. */
  #failure(step: CallStep | undefined, refusal: Omit<Refusal, 'errno'>): (errno: number) => Error {
    const { target } = this.#operations;
    return (errno) =>
      step === undefined
        ? new RefusalError({ ...refusal, errno }, target.refused(), { where: 'for a guard' })
        : new StepFailure(step, errno, target.refused(), refusal);
  }
}
