import { countOf } from '../format/text.ts';
import { commonDimension, functions } from './dimensions.ts';
import { GateError, withPlace } from './errors.ts';
import {
  type ArithmeticOperator,
  type Call,
  type CaseKey,
  type CaseReference,
  type Comparison,
  type ComparisonOperator,
  type Condition,
  caseKeys,
  type EventCount,
  type Expression,
  type FunctionName,
  type Gate,
  leavesOf,
  type NumberLiteral,
  precedence,
  timeUnitOf,
  type Unit,
} from './expression.ts';
import { type NameToken, type Token, TokenReader } from './tokens.ts';

/** Parses `memfd` or `memfd[pages=16, engine=ffi]`. */
function parseCase(reader: TokenReader): CaseReference {
  return parseCaseNamed(reader.expectName('a case'), reader);
}

/** Parses what follows a case's name. */
function parseCaseNamed({ text, column }: NameToken, reader: TokenReader): CaseReference {
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
  throw new GateError(column, `${text} does not distinguish cases; what can be given is ${keys}`);
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

/** Parses what follows a function's name, as `(memfd, reuse)`. */
function parseCall({ text, column }: NameToken, reader: TokenReader): Call {
  const name = functionNamed(text, column);
  reader.expect('(');
  const cases: Call['cases'] = [parseCase(reader), ...parseFurtherCases(reader)];
  reader.expect(')');
  const { parameters, example } = functions[name];
  if (cases.length === parameters) return { kind: 'call', name, cases, column };
  throw new GateError(column, `${name} takes ${countOf(parameters, 'case')}, as ${example}`);
}

function parseFurtherCases(reader: TokenReader): Call['cases'][number][] {
  const cases: Call['cases'][number][] = [];
  while (reader.accept(',')) cases.push(parseCase(reader));
  return cases;
}

/** Parses what follows `event`, as `(memfd, "tlb:tlb_flush")`. */
function parseEvent({ column }: NameToken, reader: TokenReader): EventCount {
  reader.expect('(');
  const of = parseCase(reader);
  reader.expect(',');
  const { text: event } = reader.expectQuoted('the name of an event in quotation marks');
  reader.expect(')');
  return { kind: 'event', of, event, column };
}

function functionNamed(text: string, column: number): FunctionName {
  if (Object.hasOwn(functions, text)) return text as FunctionName;
  throw new GateError(
    column,
    `there is no function ${text}; there are ${[...Object.keys(functions), 'event'].join(', ')}`,
  );
}

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
  return withBaseline({ operator, left, right });
}

function unexpectedRest(reader: TokenReader): GateError {
  const isSecond = comparisonOperatorAt(reader.next) !== undefined || conjunctions.includes(reader.next.text);
  return reader.unexpected('the end', isSecond ? oneComparison : undefined);
}

/** A `baseline` before it is known of what. */
const unknownCase: CaseReference = { kind: 'case', strategy: '', conditions: [], column: 0 };

/** The comparison with what each `baseline` stands for: the one case or call that the gate speaks of. */
function withBaseline(comparison: Comparison): Comparison {
  const nodes = [...leavesOf(comparison.left), ...leavesOf(comparison.right)];
  const first = nodes.find((node) => node.kind === 'baseline');
  if (first === undefined) return comparison;
  const spoken = nodes.filter((node) => node.kind !== 'baseline');
  const [of] = spoken;
  if (of === undefined || spoken.length > 1 || (of.kind === 'call' && of.name === 'change'))
    throw new GateError(
      first.column,
      'baseline stands for the value of one case in the baseline, as in instructions(reuse) < 1.01 * baseline',
    );
  const filled = (node: Expression): Expression => {
    if (node.kind === 'baseline') return { ...node, of };
    if (node.kind === 'negation') return { ...node, operand: filled(node.operand) };
    if (node.kind === 'binary') return { ...node, left: filled(node.left), right: filled(node.right) };
    return node;
  };
  return { ...comparison, left: filled(comparison.left), right: filled(comparison.right) };
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
  if (reader.isAt('(')) return name.text === 'event' ? parseEvent(name, reader) : parseCall(name, reader);
  if (name.text === 'baseline') return { kind: 'baseline', of: unknownCase, column: name.column };
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

/**
 * Parses a gate, as `memfd < 0.2 * reuse`, and refuses one whose units make no sense. `place` is where it was
 * written, as `gates.txt:3`. Throws a `GateError`.
 */
export function parseGate(text: string, place?: string): Gate {
  return withPlace(place, () => {
    const comparison = parseComparison(text);
    commonDimension(comparison.left, comparison.right);
    return { text, ...(place !== undefined && { place }), ...comparison };
  });
}

/**
 * Parses the text of a file of gates: one a line; blank lines, and what follows a `#`, are passed over. The
 * message of a `GateError` starts with file, line and column, as `gates.txt:3:7`.
 */
export function parseGates(text: string, file: string): Gate[] {
  const lines = text.split(/\r?\n/);
  return lines.flatMap((line, index) => {
    // What stands before the gate stays, so that columns are those of the file.
    const gate = line.replace(/#.*$/, '').trimEnd();
    return gate === '' ? [] : [parseGate(gate, `${file}:${index + 1}`)];
  });
}
