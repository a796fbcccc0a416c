import { countOf } from '../report/text.ts';
import { GateError } from './errors.ts';
import type { Call, FunctionName } from './expression.ts';
import { functions } from './functions.ts';
import { parseCase } from './parse-case.ts';
import type { TokenReader } from './token-reader.ts';
import type { NameToken } from './tokens.ts';

/** Parses what follows a function's name, as `(memfd, reuse)`. */
export function parseCall({ text, column }: NameToken, reader: TokenReader): Call {
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

function functionNamed(text: string, column: number): FunctionName {
  if (Object.hasOwn(functions, text)) return text as FunctionName;
  throw new GateError(column, `there is no function ${text}; there are ${Object.keys(functions).join(', ')}`);
}
