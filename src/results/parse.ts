import { describeIssue } from './describe-issue.ts';
import { documentSchema, documentSchemaName, type ResultDocument } from './document.ts';
import { DocumentError } from './document-error.ts';

/**
 * Reads a document from JSON. `name` is its file, for the message of the `DocumentError` that anything else than a
 * document of this schema ends in.
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

function refuseOtherSchemas(data: unknown, name: string): void {
  const schema = typeof data === 'object' && data !== null && 'schema' in data ? data.schema : undefined;
  if (typeof schema !== 'string' || !/^mapbench\/\d{1,9}$/.test(schema)) {
    throw new DocumentError(name, 'is not a mapbench document');
  }
  if (schema !== documentSchemaName) {
    throw new DocumentError(name, `has schema ${schema}; this mapbench reads ${documentSchemaName}`);
  }
}
