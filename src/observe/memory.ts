import type { AddressSpace, View } from './address-space.ts';
import type { TracedCall } from './trace-event.ts';

/** What is behind a mapping. */
export const backings = [
  'private memory',
  'shared memory',
  'memfd',
  'shared memory object',
  'unnamed file in shared memory',
  'unnamed file',
  'file',
  'private copy of a file',
  'unknown memory',
] as const;
export type Backing = (typeof backings)[number];

/** What was asked for beyond mapping, of which strategies differ. */
export const traits = [
  'huge pages of the pool',
  'transparent huge pages asked for',
  'transparent huge pages collapsed',
  'locked',
  'populated',
  'a protection key',
  'a sealed file',
  'mapped privately',
  'a membarrier',
] as const;
export type Trait = (typeof traits)[number];

/** One step of a page's life: what was done to it, and how its views are protected since. */
export interface Token {
  /** As `mprotect rw-`, `mmap r-x + rw-`, `munmap gone`. */
  readonly text: string;
  /** The state in the text. */
  readonly state: string;
  readonly call: CountedCall;
  /** Calls after it that changed nothing. */
  readonly repeats: readonly CountedCall[];
  readonly length: number;
  /** The call itself writes. */
  readonly isOfContent: boolean;
  /** Code can be written since, or was. */
  readonly isWrite: boolean;
  /** Code can be run since. */
  readonly isPublished: boolean;
}

/** What is noted of a process as a whole. */
export interface Process {
  /** Calls that made every thread's instruction stream consistent. */
  readonly barriers: number;
}

/** A call, with the sums that it is already part of: it may touch many pages. */
export interface CountedCall {
  readonly call: TracedCall;
  readonly process: Process;
  readonly countedIn: Set<string>;
}

/** Bytes of a memory that have had one life so far. */
export interface Track {
  start: number;
  end: number;
  /** Since the last load began. */
  tokens: readonly Token[];
  /** What came before the first load: how the memory was reserved. */
  origin: readonly Token[];
  /** The first load, as long as no second one has told what of it belongs to every load. */
  first: readonly Token[] | undefined;
  /** The key of the sum that the last load went to. */
  lastRow: string | undefined;
  isWritable: boolean;
  isExecutable: boolean;
  wasExecutable: boolean;
  wasWritten: boolean;
  /** Seconds: when the last step was, and how long code could be written since the load began. */
  since: number;
  writableFor: number;
  /** The sums that the track is already part of. */
  countedIn: ReadonlySet<string>;
}

/** How a page is mapped after a call. */
export interface PageState {
  /** As `r-x + rw-`; `gone` where nothing maps it. */
  readonly text: string;
  readonly isWritable: boolean;
  readonly isExecutable: boolean;
}

/** What happens to the tracks of a memory. */
export interface TrackKeeper {
  step(memory: Memory, track: Track, call: CountedCall, what: Noted): void;
  finish(memory: Memory, track: Track, isGone: boolean): void;
}

/** What a call does to pages. */
export interface Noted {
  /** As the call's name, with what else tells such calls apart. */
  readonly name: string;
  /** It writes into the pages. */
  readonly writes?: boolean;
  /** Of the call. Bytes. */
  readonly length: number;
}

/**
 * Pages that are mapped together: private memory by its address when it was mapped, a file by its offsets.
 */
export class Memory {
  backing: Backing;
  /** Of the file; empty for none, and as long as it is not known. */
  path: string;
  readonly traits = new Set<Trait>();
  /** The program has made or written the file. */
  isOwn: boolean;
  /** Bytes, as ftruncate(2) has set them last. */
  fileSize: number | undefined;
  /** The sums that the memory is already part of. */
  readonly countedIn = new Set<string>();
  /** By offset; bytes of which nothing was noted have none. */
  #tracks: Track[] = [];
  readonly #keeper: TrackKeeper;
  /**
   * Where it is mapped: address spaces, in them the distances from offsets to addresses, and how many views
   * have each. Programs may have a view a page, but few distances.
   */
  readonly #mappings = new Map<AddressSpace, Map<number, number>>();

  constructor(keeper: TrackKeeper, backing: Backing, path = '', isOwn = false) {
    this.#keeper = keeper;
    this.backing = backing;
    this.path = path;
    this.isOwn = isOwn;
  }

  get isMapped(): boolean {
    return this.#mappings.size > 0;
  }

  /** Whether no other address space maps it. */
  isOnlyIn(space: AddressSpace): boolean {
    return [...this.#mappings.keys()].every((each) => each === space);
  }

  /** A view has come to be. */
  attach({ space, start, offset }: View): void {
    const distances = this.#mappings.get(space) ?? new Map<number, number>();
    distances.set(start - offset, (distances.get(start - offset) ?? 0) + 1);
    this.#mappings.set(space, distances);
  }

  /** A view is gone. */
  detach({ space, start, offset }: View): void {
    const distances = this.#mappings.get(space);
    const left = (distances?.get(start - offset) ?? 0) - 1;
    if (left > 0) distances?.set(start - offset, left);
    else distances?.delete(start - offset);
    if (distances?.size === 0) this.#mappings.delete(space);
  }

  /** The views that show an offset. */
  viewsAt(offset: number): View[] {
    return [...this.#mappings].flatMap(([space, distances]) =>
      [...distances.keys()].flatMap((distance) => {
        const view = space.at(offset + distance);
        return view?.memory === this && view.start - view.offset === distance ? [view] : [];
      }),
    );
  }

  /** Notes a call in a range of offsets. */
  note(start: number, end: number, call: CountedCall, what: Noted): void {
    if (end <= start) return;
    for (const track of this.#within(start, end)) this.#keeper.step(this, track, call, what);
  }

  /** Nothing more comes of a range: its pages are given back, or the trace has ended. */
  end(start: number, end: number, isGone: boolean): void {
    for (const track of this.#within(start, end)) this.#keeper.finish(this, track, isGone);
    this.#tracks = this.#tracks.filter((track) => track.end <= start || track.start >= end);
  }

  /** As `end`, of all of it. */
  endAll(): void {
    for (const track of this.#tracks) this.#keeper.finish(this, track, false);
    this.#tracks = [];
  }

  /** The tracks of a range, cut at its ends, with new ones in the gaps. */
  #within(start: number, end: number): Track[] {
    const first = this.#indexOf(start);
    let after = first;
    while ((this.#tracks[after]?.start ?? Number.POSITIVE_INFINITY) < end) after++;
    const found: Track[] = [];
    const kept: Track[] = [];
    let at = start;
    for (const track of this.#tracks.slice(first, after)) {
      if (track.start > at) found.push(freshTrack(at, track.start));
      const cutAt = [start, end].filter((each) => each > track.start && each < track.end);
      const edges = [track.start, ...cutAt, track.end];
      edges.slice(1).forEach((edge, index) => {
        const from = edges[index] ?? edge;
        const part = cutAt.length === 0 ? track : { ...track, start: from, end: edge };
        if (from >= start && edge <= end) found.push(part);
        else kept.push(part);
      });
      at = Math.max(at, track.end);
    }
    if (at < end) found.push(freshTrack(at, end));
    this.#tracks.splice(first, after - first, ...[...kept, ...found].sort((a, b) => a.start - b.start));
    return found;
  }

  /** The index of the first track that ends behind an offset. */
  #indexOf(offset: number): number {
    let [low, high] = [0, this.#tracks.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#tracks[middle]?.end ?? 0) > offset) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** Whether pages may hold code before the program writes any. */
export function isFile({ backing }: Memory): boolean {
  return backing !== 'private memory' && backing !== 'shared memory';
}

function freshTrack(start: number, end: number): Track {
  return {
    ...{ start, end, tokens: [], origin: [], first: undefined, lastRow: undefined },
    ...{ isWritable: false, isExecutable: false, wasExecutable: false, wasWritten: false },
    ...{ since: 0, writableFor: 0, countedIn: new Set<string>() },
  };
}

/** The state of the page at an offset, by all views of it. */
export function stateAt(memory: Memory, offset: number): PageState {
  const seen = new Set<string>();
  const shown = memory.viewsAt(offset).filter((view) => !view.isInherited);
  const runners = new Set(shown.filter(({ prot }) => (prot & 4) !== 0).map(({ space }) => space));
  let [isWritable, isExecutable] = [false, false];
  for (const { prot, isGuarded, space } of shown) {
    const isWriter = (prot & 2) !== 0 && !isGuarded;
    isWritable ||= isWriter;
    isExecutable ||= (prot & 4) !== 0;
    const isElsewhere = isWriter && runners.size > 0 && !runners.has(space);
    seen.add(`${isGuarded ? 'guarded' : protText(prot)}${isElsewhere ? ' in another process' : ''}`);
  }
  const text = seen.size === 0 ? 'gone' : [...seen].sort(byExecution).join(' + ');
  return { text, isWritable, isExecutable };
}

/** As in /proc/<pid>/maps; what can be written can be read on all processors. */
function protText(prot: number): string {
  return `${prot & 3 ? 'r' : '-'}${prot & 2 ? 'w' : '-'}${prot & 4 ? 'x' : '-'}`;
}

function byExecution(a: string, b: string): number {
  return Number(b.includes('x')) - Number(a.includes('x')) || (a < b ? -1 : 1);
}
