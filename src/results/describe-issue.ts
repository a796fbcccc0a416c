import type { z } from '../vendor/zod.ts';

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
  // Of a union the path is that of the discriminating field, but the input is the object that the field is in.
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
