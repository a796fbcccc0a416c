import { DocumentError } from '../system/errors.ts';
import type { z } from '../vendor/zod.ts';
import { documentSchema, documentSchemaName, type ResultDocument } from './document.ts';

type Issue = z.core.$ZodIssue;

/** What is wrong with a document and where, as `cases[3].estimate.low: expected number, found string`. */
export function describeIssue(issue: Issue): string {
  const path = pathOf(issue.path);
  const found = inputOf(issue);
  const problem = found === undefined ? 'is missing' : problemOf(issue, found);
  return path === '' ? problem : `${path}: ${problem}`;
}

/** What was found at the issue's path. */
function inputOf(issue: Issue): unknown {
  // Of a union the path is that of the discriminating field, but the input is the object that the field is
  // in.
  if (issue.code !== 'invalid_union' || !('discriminator' in issue) || issue.discriminator === undefined)
    return issue.input;
  return (issue.input as Record<string, unknown>)[issue.discriminator];
}

function problemOf(issue: Issue, found: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.expected === 'int') return `expected whole number, found ${found}`;
      return `expected ${issue.expected}, found ${typeOf(found)}`;
    case 'invalid_value':
      return expectedOneOf(issue.values, found);
    case 'invalid_union':
      return expectedOneOf('options' in issue && issue.options ? issue.options : [], found);
    case 'too_small':
      return `expected ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}, found ${found}`;
    case 'too_big':
      return `expected ${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}, found ${found}`;
    default:
      return issue.message;
  }
}

function expectedOneOf(values: readonly unknown[], found: unknown): string {
  const isScalar = typeof found !== 'object' || found === null;
  const names = values.map((value) => JSON.stringify(value)).join(' or ');
  return `expected ${names}, found ${isScalar ? JSON.stringify(found).slice(0, 40) : typeOf(found)}`;
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function pathOf(path: readonly PropertyKey[]): string {
  return path.map(stepOf).join('').replace(/^\./, '');
}

function stepOf(key: PropertyKey): string {
  if (typeof key === 'number') return `[${key}]`;
  const name = String(key);
  return /^\w+$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}

/**
 * Reads a document from JSON. `name` is its file, for the message of the `DocumentError` that anything else
 * than a document of this schema ends in.
 */
export function parseDocument(text: string, name: string): ResultDocument {
  const data = parseJson(text, name);
  refuseOtherSchemas(data, name);
  const result = documentSchema.safeParse(data, { reportInput: true });
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new DocumentError(name, issue === undefined ? 'is damaged' : describeIssue(issue));
}

/** JSON as a value. Throws a DocumentError with the place of the mistake. */
export function parseJson(text: string, name: string): unknown {
  if (text.trim() === '') throw new DocumentError(name, 'is empty');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DocumentError(name, jsonProblem(text, error instanceof Error ? error.message : ''));
  }
}

/** V8 tells the place in its message only, and quotes what it found there, which may be anything. */
function jsonProblem(text: string, message: string): string {
  const found = /at position (\d+)/.exec(message)?.[1];
  const position = found === undefined ? undefined : Number(found);
  const isCutOff =
    message.startsWith('Unexpected end') || (position !== undefined && position >= text.trimEnd().length);
  if (isCutOff) return 'is truncated: it ends in the middle of the document';
  if (position === undefined) return 'is not JSON';
  const before = text.slice(0, position).split('\n');
  return `is not JSON: line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`;
}

/** What other JSON looks like that comes near a document: the fields that it has, and its name. */
const others: readonly (readonly [fields: readonly string[], what: string])[] = [
  [['schema', 'policies', 'rows'], 'a policy matrix, which report --matrix takes'],
  [['results', 'command'], 'results of hyperfine'],
  [['context', 'benchmarks'], 'results of Google Benchmark'],
  [['benchmarks', 'metadata'], 'results of pyperf'],
  [['mean', 'median', 'std_dev'], 'estimates of criterion'],
];

/** As `: it looks like results of hyperfine`; empty for what is like nothing. */
function whatItIs(data: unknown): string {
  if (typeof data !== 'object' || data === null) return '';
  const [first] = 'results' in data && Array.isArray(data.results) ? (data.results as unknown[]) : [];
  const has = (field: string) =>
    field in data || (typeof first === 'object' && first !== null && field in first);
  const found = others.find(([fields]) => fields.every(has));
  return found === undefined ? '' : `: it looks like ${found[1]}`;
}

function refuseOtherSchemas(data: unknown, name: string): void {
  const schema = typeof data === 'object' && data !== null && 'schema' in data ? data.schema : undefined;
  if (typeof schema !== 'string' || !/^mapbench\/\d{1,9}$/.test(schema)) {
    throw new DocumentError(name, `is not a mapbench document${whatItIs(data)}`);
  }
  if (schema !== documentSchemaName) {
    throw new DocumentError(name, `has schema ${schema}; this mapbench reads ${documentSchemaName}`);
  }
}
