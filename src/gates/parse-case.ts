import { GateError } from './errors.ts';
import { type CaseKey, type CaseReference, type Condition, caseKeys } from './expression.ts';
import type { TokenReader } from './token-reader.ts';
import type { NameToken } from './tokens.ts';

/** Parses `memfd` or `memfd[pages=16, engine=ffi]`. */
export function parseCase(reader: TokenReader): CaseReference {
  return parseCaseNamed(reader.expectName('a case'), reader);
}

/** Parses what follows a case's name. */
export function parseCaseNamed({ text, column }: NameToken, reader: TokenReader): CaseReference {
  return { kind: 'case', strategy: text, conditions: parseConditions(reader), column };
}

function parseConditions(reader: TokenReader): Condition[] {
  const conditions: Condition[] = [];
  if (!reader.accept('[')) return conditions;
  do {
    const { column } = reader.next;
    const condition = parseCondition(reader);
    if (conditions.some(({ key }) => key === condition.key)) {
      throw new GateError(column, `${condition.key} is given twice`);
    }
    conditions.push(condition);
  } while (reader.accept(','));
  reader.expect(']');
  return conditions;
}

function parseCondition(reader: TokenReader): Condition {
  const key = parseKey(reader);
  reader.expect('=');
  return { key, value: parseValue(reader) };
}

function parseKey(reader: TokenReader): CaseKey {
  const keys = caseKeys.join(', ');
  const { text, column } = reader.expectName(`one of ${keys}`);
  const key = caseKeys.find((known) => known === text);
  if (key !== undefined) return key;
  throw new GateError(column, `${text} tells no cases apart; what can be given is ${keys}`);
}

function parseValue(reader: TokenReader): string {
  const { next } = reader;
  if (next.kind === 'name') return reader.take().text;
  if (next.kind !== 'number' || !Number.isSafeInteger(next.value)) {
    throw reader.unexpected('a whole number or a name');
  }
  reader.take();
  return String(next.value);
}
