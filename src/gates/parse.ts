import { GateError } from './errors.ts';
import {
  type ArithmeticOperator,
  type Comparison,
  type ComparisonOperator,
  type Expression,
  type NumberLiteral,
  precedence,
} from './expression.ts';
import { parseCall } from './parse-call.ts';
import { parseCaseNamed } from './parse-case.ts';
import { TokenReader } from './token-reader.ts';
import type { Token } from './tokens.ts';
import { timeUnitOf, type Unit } from './units.ts';

const comparisonOperators: readonly ComparisonOperator[] = ['<', '<=', '>', '>=', '==', '!='];
const conjunctions: readonly string[] = ['and', 'or', 'not'];
const oneComparison = 'a gate is one comparison, so write two gates';

/** Parses the text of a gate; whether times meet times is not looked at. Throws a `GateError`. */
export function parseComparison(text: string): Comparison {
  const reader = new TokenReader(text);
  const left = parseExpression(reader);
  const operator = comparisonOperatorAt(reader.next);
  if (operator === undefined) {
    throw reader.unexpected('a comparison', reader.isAt('=') ? 'write ==' : undefined);
  }
  reader.take();
  const right = parseExpression(reader);
  if (reader.next.kind !== 'end') throw unexpectedRest(reader);
  return { operator, left, right };
}

function unexpectedRest(reader: TokenReader): GateError {
  const isSecond = comparisonOperatorAt(reader.next) !== undefined || conjunctions.includes(reader.next.text);
  return reader.unexpected('the end', isSecond ? oneComparison : undefined);
}

/** Precedence climbing: parses operators that bind at least as tightly as `least`. */
function parseExpression(reader: TokenReader, least = 0): Expression {
  let left = parseOperand(reader);
  for (;;) {
    const operator = arithmeticOperatorAt(reader.next);
    if (operator === undefined || precedence[operator] < least) return left;
    reader.take();
    const right = parseExpression(reader, precedence[operator] + 1);
    left = { kind: 'binary', operator, left, right, column: left.column };
  }
}

function parseOperand(reader: TokenReader): Expression {
  const { column } = reader.next;
  if (reader.accept('-')) return { kind: 'negation', operand: parseOperand(reader), column };
  if (reader.accept('(')) {
    const inner = parseExpression(reader);
    reader.expect(')');
    return inner;
  }
  return reader.next.kind === 'number' ? parseNumber(reader) : parseNamed(reader);
}

function parseNumber(reader: TokenReader): NumberLiteral {
  const { text, column } = reader.take();
  return { kind: 'number', value: Number(text), unit: parseUnit(reader), column };
}

function parseUnit(reader: TokenReader): Unit | undefined {
  if (reader.accept('%')) return '%';
  const { kind, text, column } = reader.next;
  if (kind !== 'name' || conjunctions.includes(text)) return undefined;
  const unit = timeUnitOf(text);
  if (unit === undefined)
    throw new GateError(column, `${text} is no unit; units are ns, us, µs, ms, s and %`);
  reader.take();
  return unit;
}

/** A call, or a case with or without `.time`. */
function parseNamed(reader: TokenReader): Expression {
  const name = reader.expectName('a case, a number or (');
  if (reader.isAt('(')) return parseCall(name, reader);
  const reference = parseCaseNamed(name, reader);
  if (!reader.accept('.')) return reference;
  const { text, column } = reader.expectName('time');
  if (text === 'time') return reference;
  throw new GateError(column, `a case has no ${text}; write ${name.text}.time or faults(${name.text})`);
}

function comparisonOperatorAt({ kind, text }: Token): ComparisonOperator | undefined {
  return kind === 'symbol' ? comparisonOperators.find((operator) => operator === text) : undefined;
}

function arithmeticOperatorAt({ kind, text }: Token): ArithmeticOperator | undefined {
  return kind === 'symbol' && Object.hasOwn(precedence, text) ? (text as ArithmeticOperator) : undefined;
}
