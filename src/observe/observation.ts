import { documentSchema } from '../results/document.ts';
import { readTextFile } from '../results/file.ts';
import { describeIssue, parseJson } from '../results/parse.ts';
import { DocumentError } from '../system/errors.ts';
import { z } from '../vendor/zod.ts';
import { backings, traits } from './memory.ts';
import { rowKinds } from './rows.ts';

/** The version of the format of an observation. */
export const observationSchemaName = 'mapbench-observation/1';

const count = z.int().nonnegative();
const seconds = z.number().nonnegative();
const counts = z.record(z.string(), count);

/** Memory that was treated alike. Sizes in bytes. */
const region = z.object({
  backing: z.enum(backings),
  traits: z.array(z.enum(traits)),
  path: z.string(),
  /** `repeated`: loaded again and again; `fresh`: pages of its own for every load; `kept`: loaded once. */
  kind: z.enum(rowKinds),
  /** How it was mapped before its first load. */
  origin: z.array(z.string()),
  /** The steps of a load, as `mprotect r-x`: the call, and how the pages are mapped since. */
  steps: z.array(z.string()),
  /** How the pages are mapped when a load is done, as `r-x + rw-`. */
  state: z.string(),
  /** 0 where loads make no call that could be seen. */
  loads: count,
  /** Of a second without the tracer, where that is known, else of one with it. */
  loadsPerSecond: z.number().nonnegative(),
  calls: counts,
  size: z.object({ median: count, largest: count }),
  threads: count,
  processes: count,
  /** Mappings, or files. */
  memories: count,
  bytes: count,
  /** Seconds after the begin. */
  firstAt: seconds,
  lastAt: seconds,
  /** From 0 to 1: of the time of loads, in which the code could be written. The tracer makes it longer. */
  writableFraction: z.number().min(0).max(1),
  /** The calls of one load, as C. */
  sample: z.array(z.string()),
  /** Strategies that make the same calls. */
  strategies: z.array(z.string()),
  /** Where there is none. */
  nearest: z.object({ strategy: z.string(), differences: z.array(z.string()) }).optional(),
});

const observationSchema = z.object({
  schema: z.literal(observationSchemaName),
  tool: z.object({ name: z.string(), version: z.string() }),
  createdAt: z.iso.datetime('expected a time in UTC, as 2022-06-14T00:00:00.000Z'),
  host: documentSchema.shape.host,
  /** Its words; absent for a process that was attached to. */
  command: z.array(z.string()).optional(),
  pid: count.optional(),
  /** As `strace 6.1`. */
  tracer: z.string(),
  elapsed: seconds,
  /** Without the tracer. */
  baseline: seconds.optional(),
  /** What the command exited with. */
  status: count.optional(),
  /** Processes and threads. */
  threads: count,
  /** All traced calls, of whatever memory. */
  calls: counts,
  failedCalls: counts,
  /** Code that a loader mapped from files, which is in no region. */
  loader: z.object({ mappings: count, files: count, bytes: count }),
  regions: z.array(region),
  /** What was lost, as sentences. */
  notes: z.array(z.string()),
});

export type Region = z.infer<typeof region>;
export type Observation = z.infer<typeof observationSchema>;

/** Reads an observation from a file. Throws a DocumentError for anything else. */
export function loadObservation(path: string): Observation {
  const result = observationSchema.safeParse(parseJson(readTextFile(path), path), { reportInput: true });
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new DocumentError(path, issue === undefined ? 'is damaged' : describeIssue(issue));
}

/** Calls of a region, of whatever name. */
export function callsOf({ calls }: Pick<Region, 'calls'>): number {
  return Object.values(calls).reduce((sum, each) => sum + each, 0);
}

/** The region that loads most often; undefined where no load makes a call. */
export function busiestRegion({ regions }: Observation): Region | undefined {
  return regions.filter(({ loads }) => loads > 0).toSorted((a, b) => b.loads - a.loads)[0];
}
