import { GateError } from './errors.ts';

export type Token = NumberToken | NameToken | SymbolToken | EndToken;

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
    /(?<symbol>[<>=!]=|[-<>=+*/%()[\],.])/,
    /(?<other>.)/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'gsu',
);

/** Takes a gate apart. The last token is the end. */
export function tokenize(text: string): Token[] {
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
  if (groups.symbol !== undefined) return { kind: 'symbol', text, column };
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
