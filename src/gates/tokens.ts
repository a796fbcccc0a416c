import { GateError } from './errors.ts';

export type Token = NumberToken | NameToken | QuotedToken | SymbolToken | EndToken;

interface NumberToken {
  readonly kind: 'number';
  readonly text: string;
  readonly value: number;
  /** Where it begins, from 1, in UTF-16 code units; also of the other tokens. */
  readonly column: number;
}

/** A case, a function, a key or a unit: the parser tells which. */
export interface NameToken {
  readonly kind: 'name';
  readonly text: string;
  readonly column: number;
}

/** What stands between quotation marks. */
export interface QuotedToken {
  readonly kind: 'quoted';
  readonly text: string;
  readonly column: number;
}

interface SymbolToken {
  readonly kind: 'symbol';
  readonly text: string;
  readonly column: number;
}

/** After the last token. */
interface EndToken {
  readonly kind: 'end';
  readonly text: '';
  readonly column: number;
}

/** UTF-16 code units. Parsing and evaluation recurse, so this also bounds the stack. */
export const longestGate = 1000;

const lexemes = new RegExp(
  [
    /(?<space>\s+)/,
    /(?<number>(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?)/,
    /(?<name>[A-Za-z_][A-Za-z0-9_]*|[\u00b5\u03bc]s)/,
    /"(?<double>[^"]*)"|'(?<single>[^']*)'/,
    /(?<symbol>[<>=!]=|[-<>=+*/%()[\],.])/,
    /(?<other>.)/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'gsu',
);

/** Takes a gate apart. The last token is the end. */
function tokenize(text: string): Token[] {
  if (text.length > longestGate) {
    throw new GateError(longestGate + 1, `a gate has at most ${longestGate} characters`);
  }
  const tokens = [...text.matchAll(lexemes)].flatMap((match) => tokenOf(match) ?? []);
  return [...tokens, { kind: 'end', text: '', column: text.trimEnd().length + 1 }];
}

function tokenOf({ 0: text, index, groups = {} }: RegExpMatchArray): Token | undefined {
  const column = (index ?? 0) + 1;
  if (groups.space !== undefined) return undefined;
  if (groups.number !== undefined) return { kind: 'number', text, value: numberIn(text, column), column };
  if (groups.name !== undefined) return { kind: 'name', text, column };
  const quoted = groups.double ?? groups.single;
  if (quoted !== undefined) return { kind: 'quoted', text: quoted, column };
  if (groups.symbol !== undefined) return { kind: 'symbol', text, column };
  if (/^["']/.test(text)) throw new GateError(column, `the quotation mark ${text} has no other`);
  throw new GateError(column, `${nameOf(text)} has no meaning in a gate`);
}

function numberIn(text: string, column: number): number {
  const value = Number(text);
  if (Number.isFinite(value)) return value;
  throw new GateError(column, `${text} is too large`);
}

/** A character as it may be shown: `'&'`, or `U+001B` for what a terminal would obey or not show. */
function nameOf(character: string): string {
  if (!/[\p{C}\p{Z}]/u.test(character)) return `'${character}'`;
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Walks the tokens of a gate. */
export class TokenReader {
  readonly #tokens: readonly Token[];
  #position = 0;

  constructor(text: string) {
    this.#tokens = tokenize(text);
  }

  /** The token that is to be taken next; at the end the end token, again and again. */
  get next(): Token {
    return (this.#tokens[this.#position] ?? this.#tokens.at(-1)) as Token;
  }

  take(): Token {
    const token = this.next;
    this.#position++;
    return token;
  }

  isAt(symbol: string): boolean {
    return this.next.kind === 'symbol' && this.next.text === symbol;
  }

  /** Takes this symbol if it is next, and tells whether it was. */
  accept(symbol: string): boolean {
    const isNext = this.isAt(symbol);
    if (isNext) this.take();
    return isNext;
  }

  expect(symbol: string): void {
    if (!this.accept(symbol)) throw this.unexpected(`'${symbol}'`);
  }

  /** Takes a name; `meaning` says of what. */
  expectName(meaning: string): NameToken {
    const { next } = this;
    if (next.kind !== 'name') throw this.unexpected(meaning);
    this.take();
    return next;
  }

  /** Takes what is quoted; `meaning` says of what it is the name. */
  expectQuoted(meaning: string): QuotedToken {
    const { next } = this;
    if (next.kind !== 'quoted') throw this.unexpected(meaning);
    this.take();
    return next;
  }

  /** The error that something else was expected than what is next. */
  unexpected(expected: string, hint?: string): GateError {
    const { kind, text, column } = this.next;
    const found = kind === 'end' ? 'the end' : `'${text}'`;
    return new GateError(
      column,
      `expected ${expected}, found ${found}${hint === undefined ? '' : `; ${hint}`}`,
    );
  }
}
