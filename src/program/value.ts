import type { Mapping, Place, Step, Value } from './step.ts';

/** The mapping that a place is in. */
export function mappingOf(place: Place): Mapping {
  return place.kind === 'part' ? place.of : place;
}

/** Bytes from the mapping's begin. */
export function offsetOf(place: Place): number {
  return place.kind === 'part' ? place.offset : 0;
}

/** A place as C and people write it, as `code` or `code + 4096`. */
export function nameOf(place: Place): string {
  return place.kind === 'part' && place.offset !== 0
    ? `${place.of.name} + ${place.offset}`
    : mappingOf(place).name;
}

/** The value that a step produces. */
export function resultOf(step: Step): Value | undefined {
  return step.kind === 'call' || step.kind === 'start_writer' ? step.result : undefined;
}

/**
 * Whether a step makes or gives up what all modules and threads of a process share: a protection key, of which processors have 15 or
 * 7.
 */
export function isShared(step: Step): boolean {
  return step.kind === 'call' && (step.call === 'pkey_alloc' || step.call === 'pkey_free');
}

/** Bits of the number of a page: so many pages are the 128 TiB of a process. */
export function pageNumberBits(pageSize: number): number {
  return 47 - Math.log2(pageSize);
}
