import {
  type CountedCall,
  isFile,
  type Memory,
  type Noted,
  stateAt,
  type Token,
  type Track,
  type TrackKeeper,
} from './memory.ts';
import type { RowKind } from './rows.ts';

/** Where the loads that were told apart go. */
export interface LoadSink {
  /**
   * Counts one load, and returns the key of its sum. `partOf` is the key of a sum that the tokens are a part
   * of: with `at` 'end' its last steps, else its first.
   */
  load(
    memory: Memory,
    track: Track,
    tokens: readonly Token[],
    kind: RowKind,
    origin?: readonly Token[],
  ): string;
  part(key: string, tokens: readonly Token[], at: 'start' | 'end'): void;
  /** The texts of a sum's steps. */
  textsOf(key: string): readonly string[];
}

/**
 * Cuts what happens to each page into loads. A load begins where code becomes writable or is written by a
 * call, where code that nothing has written since it could be run becomes executable again, or where a call
 * is repeated. What comes before the first is how the memory was reserved.
 */
export class Lives implements TrackKeeper {
  readonly #sink: LoadSink;

  constructor(sink: LoadSink) {
    this.#sink = sink;
  }

  step(memory: Memory, track: Track, call: CountedCall, { name, writes = false, length }: Noted): void {
    const { text: state, isWritable, isExecutable } = stateAt(memory, track.start);
    const last = track.tokens.at(-1);
    if (protects.test(name) && last?.state === state) {
      track.tokens = [
        ...track.tokens.slice(0, -1),
        { ...last, repeats: [...last.repeats, call].slice(0, mostRepeats) },
      ];
      return;
    }
    const isWrite = writes || (isWritable && !track.isWritable);
    const isPublished = isExecutable && !track.isExecutable;
    const repeats =
      !isPublished && !isWrite && track.tokens.at(-1)?.text.replace(sizes, '') === `${name} ${state}`;
    const time = call.call.time;
    if (track.isWritable) track.writableFor += time - track.since;
    track.since = time;
    if (track.tokens.length > 0 && (isWrite || repeats || (isPublished && isStale(track.tokens))))
      this.#close(memory, track, isWrite);
    const before = writes ? length : (track.tokens.findLast((each) => !each.isOfContent)?.length ?? length);
    const size = length === before ? '' : length < before ? ' (less)' : ' (more)';
    const token = {
      text: `${name} ${state}${size}`,
      state,
      call,
      repeats: [],
      length,
      isOfContent: writes,
      isWrite,
      isPublished,
    };
    track.tokens = [...track.tokens.slice(-mostTokens), token];
    track.isWritable = isWritable;
    track.isExecutable = isExecutable;
    track.wasExecutable ||= isExecutable;
    track.wasWritten ||= isWrite;
  }

  /** A load has ended, another begins. */
  #close(memory: Memory, track: Track, byWrite: boolean): void {
    const { tokens } = track;
    track.tokens = [];
    const isReserved =
      byWrite && track.first === undefined && track.lastRow === undefined && !tokens.some(isOfWrite);
    if (isReserved || !track.wasExecutable) {
      if (track.origin.length === 0) track.origin = tokens;
      return;
    }
    if (track.first === undefined && track.lastRow === undefined) {
      track.first = tokens;
      return;
    }
    this.#repeated(memory, track, tokens);
  }

  #repeated(memory: Memory, track: Track, tokens: readonly Token[]): void {
    const isSecond = track.lastRow === undefined;
    const key = this.#sink.load(memory, track, tokens, 'repeated', isSecond ? track.origin : []);
    track.lastRow = key;
    if (track.first !== undefined) this.#sink.part(key, track.first, 'end');
    track.first = undefined;
  }

  finish(memory: Memory, track: Track, isGone: boolean): void {
    const { tokens, first, origin, lastRow } = track;
    if (!track.wasExecutable || (!isFile(memory) && !track.wasWritten)) return;
    const isDead = isGone || tokens.at(-1)?.state === 'gone';
    const rest = isDead ? tokens.slice(0, -1) : tokens;
    if (lastRow === undefined && (first === undefined || !rest.some(isOfPublication))) {
      const life = [...(first ?? []), ...tokens];
      const isFresh = isDead && !isSteady([...origin, ...life]);
      if (isFresh) this.#sink.load(memory, track, [...origin, ...life], 'fresh');
      else this.#sink.load(memory, track, life, 'kept', origin);
      return;
    }
    const last = lastRow === undefined ? [] : this.#sink.textsOf(lastRow);
    if (lastRow !== undefined && rest[0]?.text === last[0]) this.#sink.part(lastRow, rest, 'start');
    else if (rest.length > 0) this.#repeated(memory, track, rest);
  }
}

/** What is kept of a load: none has more steps that matter. */
const mostTokens = 15;
const sizes = / \((less|more)\)$/;

/** Calls that change nothing are counted up to this number a step. */
const mostRepeats = 100;
const protects = /^(pkey_)?mprotect$/;

/**
 * Whether pages stay writable and executable, through one view or two, from when they are until they are
 * given back, and there is more to it than to map and to unmap them: loads are then not told apart.
 */
function isSteady(life: readonly Token[]): boolean {
  const begin = life.findIndex(({ state }) => isBoth(state));
  const end = life.findLastIndex(
    ({ state, text }) => isBoth(state) || (state.includes('x') && !text.startsWith('munmap')),
  );
  return life.length > 2 && begin !== -1 && life.slice(begin, end + 1).every(({ state }) => isBoth(state));
}

const isBoth = (state: string) => state.includes('w') && state.includes('x');

const isOfWrite = ({ isWrite }: Token) => isWrite;
const isOfPublication = ({ isPublished }: Token) => isPublished;

/** Whether code became executable, and was not written since. */
function isStale(tokens: readonly Token[]): boolean {
  const published = tokens.findLastIndex(isOfPublication);
  return published !== -1 && !tokens.slice(published + 1).some(isOfWrite);
}
