import {
  type Extent,
  type FileReference,
  forkFlags,
  type TracedCall,
  type TraceEvent,
} from './trace-event.ts';

/** A line's begin: the thread, where strace follows several, and seconds. */
const head = /^(?:\[pid\s+)?(\d+)\]?\s+(\d+\.\d+)\s+(.*)$/;
const whole = /^(\w+)\((.*)\)\s+=\s+(.+)$/;
const unfinished = /^(\w+)\((.*?),?\s*<unfinished \.\.\.>$/;
const resumed = /^<\.\.\. (\w+) resumed>\s*,?\s*(.*?)\)\s+=\s+(.+)$/;
/** Another thread than the first has called execve(2): it takes over the first one's id. */
const superseded = /^\+\+\+ superseded by execve in pid (\d+) \+\+\+$/;
const exited = /^\+\+\+ (?:exited with (\d+)|killed by (\w+)).*\+\+\+$/;
const described = /^(-?\d+)<(.*)>(\(deleted\))?$/;

/** What a thread has begun and not ended. */
interface Pending {
  readonly name: string;
  readonly text: string;
}

const clones: readonly string[] = ['clone', 'clone3', 'fork', 'vfork'];

/**
 * Reads what `strace -f -ttt -y -X raw -s 0` writes, line by line. Calls of several threads may be cut in
 * two; an event is given when its call has ended. Lines that are none of these are counted in `unread`.
 */
export class StraceReader {
  readonly #pending = new Map<number, Pending>();
  readonly #known = new Set<number>();
  /** Lines that could not be read. */
  unread = 0;

  /** The events of one line, in order. */
  line(text: string): TraceEvent[] {
    const [, thread, seconds, rest = ''] = head.exec(text) ?? [];
    if (thread === undefined) {
      if (text.trim() !== '') this.unread++;
      return [];
    }
    const at = { thread: Number(thread), time: Number(seconds) };
    const events = this.#started(at);
    const event = this.#eventOf(rest, at);
    if (event !== undefined) events.push(...event);
    return events;
  }

  /** A thread may make its first call before the clone(2) that made it is told to have ended. */
  #started({ thread, time }: At): TraceEvent[] {
    if (this.#known.has(thread)) return [];
    const isFirst = this.#known.size === 0;
    this.#known.add(thread);
    if (isFirst) return [];
    for (const [parent, { name, text }] of this.#pending)
      if (clones.includes(name)) return [{ kind: 'start', thread, time, parent, flags: flagsOf(name, text) }];
    // Attached to: a thread of the process.
    return [];
  }

  #eventOf(rest: string, at: At): TraceEvent[] | undefined {
    const cut = unfinished.exec(rest);
    if (cut !== null) {
      this.#pending.set(at.thread, { name: cut[1] ?? '', text: cut[2] ?? '' });
      return;
    }
    const again = resumed.exec(rest);
    if (again !== null) {
      const begun = this.#pending.get(at.thread);
      this.#pending.delete(at.thread);
      if (begun === undefined) return;
      const tail = again[2] ?? '';
      const text = tail === '' || begun.text === '' ? begun.text + tail : `${begun.text}, ${tail}`;
      return this.#called(begun.name, text, again[3] ?? '', at);
    }
    const call = whole.exec(rest);
    if (call !== null) return this.#called(call[1] ?? '', call[2] ?? '', call[3] ?? '', at);
    const by = superseded.exec(rest)?.[1];
    if (by !== undefined) return this.#superseded(Number(by), at);
    const end = exited.exec(rest);
    if (end !== null) {
      this.#known.delete(at.thread);
      return [{ kind: 'end', ...at, ...(end[1] !== undefined && { status: Number(end[1]) }) }];
    }
    if (!rest.startsWith('---') && !rest.startsWith('+++') && !/^<\.\.\. /.test(rest)) this.unread++;
    return;
  }

  #superseded(by: number, at: At): TraceEvent[] {
    const begun = this.#pending.get(by);
    this.#pending.delete(by);
    this.#known.delete(by);
    if (begun !== undefined) this.#pending.set(at.thread, begun);
    return [{ kind: 'end', time: at.time, thread: by }];
  }

  #called(name: string, text: string, answer: string, at: At): TraceEvent[] {
    // What strace has no name for it shows whether it was asked for or not.
    if (name.startsWith('syscall_')) return [];
    const result = Number(/^-?(?:0x[0-9a-f]+|\d+)/.exec(answer)?.[0] ?? Number.NaN);
    if (Number.isNaN(result) || result < 0) return [{ kind: 'failed', ...at, name }];
    const call = callOf(name, text, answer, result, at);
    if (!clones.includes(name) || this.#known.has(result)) return [call];
    this.#known.add(result);
    return [
      { kind: 'start', thread: result, time: at.time, parent: at.thread, flags: flagsOf(name, text) },
      call,
    ];
  }
}

interface At {
  readonly thread: number;
  readonly time: number;
}

function callOf(name: string, text: string, answer: string, result: number, at: At): TracedCall {
  const words = splitArguments(text);
  const files = words.map(fileOf);
  // A directory that openat(2) starts from is no file of interest.
  const file =
    name === 'openat' || name === 'execveat' ? undefined : files.find((each) => each !== undefined);
  const opened = fileOf(answer.trim());
  const writes = writesOf(name, words);
  return {
    kind: 'call',
    ...at,
    name,
    args: words.map((word, index) => files[index]?.fd ?? numberOf(word)),
    result,
    ...(file && { file }),
    ...(opened && { opened }),
    ...(writes && { writes }),
  };
}

/** The flags of a clone by its text, which may be cut before its end. */
function flagsOf(name: string, text: string): number {
  const word = /flags=([^,}]+)/.exec(text)?.[1];
  return word === undefined ? (forkFlags[name] ?? 0) : numberOf(word);
}

/** Numbers as strace writes them raw, flags with a bar between them too; NaN for others. */
function numberOf(word: string): number {
  if (word === 'NULL') return 0;
  const parts = word
    .split('|')
    .map((part) => (/^-?(0x[0-9a-f]+|\d+)$/.test(part) ? asNumber(part) : Number.NaN));
  // Addresses are beyond the 32 bits of the bitwise operators; bits of flags do not overlap.
  return parts.reduce((sum, part) => sum + part, 0);
}

/** Octal where it begins with 0, as the mode of open(2). */
function asNumber(text: string): number {
  return /^0[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number(text);
}

function fileOf(word: string): FileReference | undefined {
  const [, fd, path = '', deleted] = described.exec(word) ?? [];
  if (fd === undefined) return undefined;
  // Newer versions have it inside of the brackets.
  const isInside = path.endsWith(' (deleted)');
  return {
    fd: Number(fd),
    path: isInside ? path.slice(0, -' (deleted)'.length) : path,
    isDeleted: deleted !== undefined || isInside,
  };
}

function writesOf(name: string, words: readonly string[]): Extent[] | undefined {
  if (name === 'process_vm_writev')
    return extentsOf(words[3] ?? '', /iov_base=(0x[0-9a-f]+), iov_len=(0x[0-9a-f]+|\d+)/g);
  if (name === 'ioctl')
    return extentsOf(words[2] ?? '', /\{dst=(0x[0-9a-f]+), src=0x[0-9a-f]+, len=(0x[0-9a-f]+|\d+)/g);
  return undefined;
}

function extentsOf(text: string, form: RegExp): Extent[] {
  return [...text.matchAll(form)].map(([, start, length]) => ({
    start: Number(start),
    length: Number(length),
  }));
}

const openers = '([{<';
const closers = ')]}>';

/** Arguments at the commas that are in no bracket and no string. */
export function splitArguments(text: string): string[] {
  const words: string[] = [];
  let depth = 0;
  let start = 0;
  let isQuoted = false;
  for (let index = 0; index < text.length; index++) {
    const letter = text[index] ?? '';
    if (isQuoted) {
      if (letter === '\\') index++;
      else if (letter === '"') isQuoted = false;
    } else if (letter === '"') isQuoted = true;
    else if (openers.includes(letter)) depth++;
    else if (closers.includes(letter) && text[index - 1] !== '=') depth--;
    else if (letter === ',' && depth === 0) {
      words.push(text.slice(start, index).trim());
      start = index + 1;
    }
  }
  const last = text.slice(start).trim();
  return last === '' ? words : [...words, last];
}
