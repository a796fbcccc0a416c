import { alternatives, mostLike } from '../../system/spelling.ts';
import type { z } from '../../vendor/zod.ts';

/** An issue of a schema whose messages say what is expected, as `wx is "both"; expected flip or dual`. */
export function describeMistake(issue: z.core.$ZodIssue, known: readonly string[]): string {
  const path = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    return unknownKey(path === '' ? key : `${path}.${key}`, key, known);
  }
  return mistake(path === '' ? 'it' : path, issue.input, issue.message);
}

export function mistake(name: string, found: unknown, expected: string): string {
  return `${name} is ${describeValue(found)}; expected ${expected}`;
}

export function unknownKey(name: string, key: string, known: readonly string[]): string {
  return `${name} is not known; the nearest is ${mostLike(key, known) ?? alternatives(known)}`;
}

function describeValue(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'object') return 'an object';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
