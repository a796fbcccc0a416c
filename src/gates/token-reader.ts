import { GateError } from './errors.ts';
import { type NameToken, type Token, tokenize } from './tokens.ts';

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
