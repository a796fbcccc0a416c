import type { LoadSink } from './lives.ts';
import type { Backing, CountedCall, Memory, Process, Token, Track, Trait } from './memory.ts';
import { mappedBefore, type TracedCall } from './trace-event.ts';

/**
 * What a life of pages looks like: the same pages are loaded again and again; every load has pages of its
 * own, which are given back; or pages are loaded once and kept.
 */
export const rowKinds = ['repeated', 'fresh', 'kept'] as const;
export type RowKind = (typeof rowKinds)[number];

/** How pages of one kind were treated alike: what a strategy is recognised by. */
export interface Shape {
  readonly backing: Backing;
  readonly traits: readonly Trait[];
  readonly kind: RowKind;
  /** The steps of one load, as `mprotect rw-`. */
  readonly steps: readonly string[];
  /** How the pages are mapped when a load is done, as `r-x + rw-`. */
  readonly state: string;
}

/** Pages that were treated alike, summed up. */
export interface Row {
  readonly shape: Shape;
  /** The file's path; empty for none. */
  readonly path: string;
  /** How the pages were mapped before the first load. */
  readonly origin: readonly string[];
  /** Its only use is that of code that a loader maps from a file. */
  readonly isLoader: boolean;
  /** Calls that made code writable or executable, or wrote it: the fewest of any step that does. */
  loads: number;
  /** Of each step: how many calls did it, and whether it is one of those that loads are counted by. */
  readonly perStep: { count: number; readonly isTold: boolean }[];
  /** Calls by name. */
  readonly calls: Map<string, number>;
  /** Bytes that a load made executable or, where none does, writable: how often which. */
  readonly sizes: Map<number, number>;
  readonly threads: Set<number>;
  readonly processes: Set<Process>;
  /** Mappings or files. */
  memories: number;
  /** Bytes. */
  bytes: number;
  /** Seconds. */
  firstAt: number;
  lastAt: number;
  /** Of all loads together, seconds: how long the code could be written, and how long they took. */
  writableFor: number;
  took: number;
  /** The calls of one load: of pages that are kept, of the largest. */
  sample: readonly TracedCall[];
  sampleBytes: number;
}

/** The load that a sum begins with. */
interface FirstLoad {
  readonly memory: Memory;
  readonly isLoader: boolean;
  readonly origin: readonly Token[];
  readonly tokens: readonly Token[];
}

/** Sums up loads of one kind. */
export class Rows implements LoadSink {
  readonly #rows = new Map<string, Row>();

  /** Those with most calls first. */
  all(): Row[] {
    const calls = (row: Row) => [...row.calls.values()].reduce((sum, count) => sum + count, 0);
    return [...this.#rows.values()].map(asKept).sort((a, b) => calls(b) - calls(a) || b.bytes - a.bytes);
  }

  load(
    memory: Memory,
    track: Track,
    tokens: readonly Token[],
    kind: RowKind,
    origin: readonly Token[] = [],
  ): string {
    const shape = shapeOf(memory, tokens, kind);
    const isLoader = isLoaded(memory, tokens);
    const key = keyOf(shape, isLoader);
    const row = this.#row(key, shape, { memory, isLoader, origin, tokens });
    this.#countMemory(key, row, memory, track);
    const begin = tokens[0]?.call.call.time ?? 0;
    row.took += track.since - begin;
    row.writableFor += track.writableFor;
    track.writableFor = 0;
    this.#count(key, row, tokens, row.shape.steps.length - tokens.length);
    for (const token of origin) this.#countCall(key, row, token);
    const bytes = track.end - track.start;
    // The second load is the first that is like all others.
    if (kind === 'kept' ? bytes > row.sampleBytes : row.sample.length === 0 || row.loads === 2)
      row.sample = [...(kind === 'kept' ? origin : []), ...tokens].map(({ call }) => call.call);
    row.sampleBytes = Math.max(row.sampleBytes, bytes);
    row.loads = loadsOf(row);
    return key;
  }

  part(key: string, tokens: readonly Token[], at: 'start' | 'end'): void {
    const row = this.#rows.get(key);
    if (row === undefined) return;
    this.#count(key, row, tokens, at === 'start' ? 0 : row.shape.steps.length - tokens.length);
    row.loads = loadsOf(row);
  }

  textsOf(key: string): readonly string[] {
    return this.#rows.get(key)?.shape.steps ?? [];
  }

  /**
   * Counts steps, the first of which is the row's step `from`; what comes before is counted as calls alone.
   */
  #count(key: string, row: Row, tokens: readonly Token[], from: number): void {
    tokens.forEach((token, index) => {
      const step = from + index;
      this.#countCall(key, row, token);
      const stepKey = `${key}|${step}`;
      const sum = row.perStep[step];
      if (sum === undefined || token.text !== row.shape.steps[step] || token.call.countedIn.has(stepKey))
        return;
      token.call.countedIn.add(stepKey);
      sum.count++;
    });
    const sized =
      tokens.findLast(({ isPublished }) => isPublished) ?? tokens.find(({ isWrite }) => isWrite) ?? tokens[0];
    if (sized === undefined || sized.call.countedIn.has(`${key}|size`)) return;
    sized.call.countedIn.add(`${key}|size`);
    row.sizes.set(sized.length, (row.sizes.get(sized.length) ?? 0) + 1);
  }

  #countCall(key: string, row: Row, { call, repeats }: Token): void {
    for (const each of [call, ...repeats]) this.#countOne(key, row, each);
  }

  #countOne(key: string, row: Row, call: CountedCall): void {
    const { process } = call;
    if (call.countedIn.has(key)) return;
    call.countedIn.add(key);
    const { name, thread, time } = call.call;
    if (name === mappedBefore) return;
    row.calls.set(name, (row.calls.get(name) ?? 0) + 1);
    row.threads.add(thread);
    row.processes.add(process);
    row.firstAt = Math.min(row.firstAt, time);
    row.lastAt = Math.max(row.lastAt, time);
  }

  #countMemory(key: string, row: Row, memory: Memory, track: Track): void {
    if (!memory.countedIn.has(key)) {
      memory.countedIn.add(key);
      row.memories++;
    }
    if (track.countedIn.has(key)) return;
    track.countedIn = new Set([...track.countedIn, key]);
    row.bytes += track.end - track.start;
  }

  #row(key: string, shape: Shape, { memory, isLoader, origin, tokens }: FirstLoad): Row {
    const found = this.#rows.get(key);
    if (found !== undefined) return found;
    const made: Row = {
      ...{ shape, path: memory.path, isLoader, origin: origin.map(({ text }) => text), loads: 0 },
      perStep: tokens.map(({ isWrite, isPublished }) => ({ count: 0, isTold: isWrite || isPublished })),
      ...{ calls: new Map(), sizes: new Map(), threads: new Set<number>(), processes: new Set<Process>() },
      ...{
        memories: 0,
        bytes: 0,
        firstAt: Number.POSITIVE_INFINITY,
        lastAt: 0,
        writableFor: 0,
        took: 0,
        sample: [],
        sampleBytes: 0,
      },
    };
    this.#rows.set(key, made);
    return made;
  }
}

function shapeOf({ backing, traits }: Memory, tokens: readonly Token[], kind: RowKind): Shape {
  return {
    backing,
    traits: [...traits].sort(),
    kind,
    steps: tokens.map(({ text }) => text),
    state:
      (tokens.findLast(({ isWrite, isPublished }) => isWrite || isPublished) ?? tokens.at(-1))?.state ?? '',
  };
}

/** Code of a file that the program has not made, mapped as it is: a loader's. */
function isLoaded({ backing, isOwn }: Memory, tokens: readonly Token[]): boolean {
  const isFile = backing === 'file' || backing === 'private copy of a file';
  return isFile && !isOwn && !tokens.some(({ state }) => state.includes('w'));
}

/** Rows of pages that can be written at the end are alike however they came there. */
function keyOf({ backing, traits, kind, steps, state }: Shape, isLoader: boolean): string {
  const life = kind === 'kept' && state.includes('w') ? state : steps.join(', ');
  return [backing, traits.join(), kind, isLoader, life].join('|');
}

function loadsOf({ perStep }: Row): number {
  const told = perStep.filter(({ isTold }) => isTold);
  return Math.min(...(told.length === 0 ? perStep : told).map(({ count }) => count));
}

/** What was given back once is kept until then; with a membarrier of its process. */
function asKept(row: Row): Row {
  const isOnce = row.shape.kind === 'fresh' && row.memories === 1 && row.loads === 1;
  const isSynchronised = [...row.processes].some(({ barriers }) => barriers > 0);
  const traits: readonly Trait[] = isSynchronised ? [...row.shape.traits, 'a membarrier'] : row.shape.traits;
  return { ...row, shape: { ...row.shape, traits, kind: isOnce ? 'kept' : row.shape.kind } };
}
