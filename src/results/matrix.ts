import { DocumentError } from '../system/errors.ts';
import { z } from '../vendor/zod.ts';
import { documentSchema } from './document.ts';
import { describeIssue, parseJson } from './parse.ts';

/** The version of the format of a policy matrix. */
export const matrixSchemaName = 'mapbench-matrix/1';

/** Whether a strategy runs under a policy. */
export interface MatrixCell {
  /** As `mdwe,memlock=64K`; absent for none. */
  readonly policy?: string | undefined;
  readonly status: 'runs' | 'unavailable' | 'failed';
  /** Why not: a sentence. */
  readonly reason?: string | undefined;
  /** What the kernel refused, where that is the reason. */
  readonly refusal?: {
    /** A system call, or one that puts the process under its policy. */
    readonly of: 'call' | 'policy';
    /** As `EACCES`. */
    readonly errno: string;
    /** The reason without the number of the step, in which strategies differ. */
    readonly sentence: string;
  };
}

const cell = z
  .object({
    policy: z.string().optional(),
    status: z.enum(['runs', 'unavailable', 'failed']),
    reason: z.string().optional(),
    refusal: z.object({ of: z.enum(['call', 'policy']), errno: z.string(), sentence: z.string() }).optional(),
  })
  .transform(({ refusal, ...found }): MatrixCell => {
    const known = refusal ?? recordedRefusal(found.reason);
    return known === undefined ? found : { ...found, refusal: known };
  });

/** Of a matrix that was recorded when refusals were in the sentences alone. */
function recordedRefusal(reason = '') {
  const errno = /: (E[A-Z0-9]+)\b/.exec(reason)?.[1];
  if (errno === undefined) return undefined;
  const of: 'call' | 'policy' = reason.startsWith('the policy ') ? 'policy' : 'call';
  return { of, errno, sentence: reason.replace(/ in step \d+/, '') };
}

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
      wx: z.enum(['flip', 'dual', 'no-write', 'rwx', 'unknown']),
      cells: z.array(cell),
    }),
  ),
});

/** Which strategies run under which policies, on one host. */
export type MatrixDocument = z.infer<typeof matrixSchema>;

/** Why a cell's strategy does not run, in words that are the same for all strategies. */
export function commonReason({ status, reason = status, refusal }: MatrixCell): string {
  return refusal?.sentence ?? reason;
}

/** Reads a matrix from JSON. Throws a DocumentError for anything else; `name` is its file. */
export function parseMatrix(text: string, name: string): MatrixDocument {
  const result = matrixSchema.safeParse(parseJson(text, name), { reportInput: true });
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new DocumentError(name, issue === undefined ? 'is damaged' : describeIssue(issue));
}
