import { DocumentError } from '../system/errors.ts';
import { z } from '../vendor/zod.ts';
import { documentSchema } from './document.ts';
import { describeIssue, parseJson } from './parse.ts';

/** The version of the format of a policy matrix. */
export const matrixSchemaName = 'mapbench-matrix/1';

const cell = z.object({
  /** As `mdwe,memlock=64K`; absent = none. */
  policy: z.string().optional(),
  status: z.enum(['runs', 'unavailable', 'failed']),
  /** Why it does not run: a sentence. */
  reason: z.string().optional(),
});

const matrixSchema = z.object({
  schema: z.literal(matrixSchemaName),
  tool: z.object({ name: z.string().optional(), version: z.string() }),
  createdAt: z.iso.datetime('expected a time in UTC, as 2022-06-14T00:00:00.000Z'),
  host: documentSchema.shape.host,
  /** In the order of every row's cells; null = none. */
  policies: z.array(z.string().nullable()),
  rows: z.array(
    z.object({
      strategy: z.string(),
      wx: z.enum(['flip', 'dual', 'no-write', 'rwx']),
      cells: z.array(cell),
    }),
  ),
});

/** Which strategies run under which policies, on one host. */
export type MatrixDocument = z.infer<typeof matrixSchema>;
export type MatrixCell = z.infer<typeof cell>;

/** Reads a matrix from JSON. Throws a DocumentError for anything else; `name` is its file. */
export function parseMatrix(text: string, name: string): MatrixDocument {
  const result = matrixSchema.safeParse(parseJson(text, name), { reportInput: true });
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new DocumentError(name, issue === undefined ? 'is damaged' : describeIssue(issue));
}
