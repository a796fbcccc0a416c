import { type Activity, readActivity } from '../system/activity.ts';
import { readOnce, type SystemFiles, systemFiles } from '../system/files.ts';
import { koffiVersion } from '../system/libc.ts';
import { pageSize } from '../system/memory.ts';
import { mdweBits } from '../system/seccomp.ts';
import { journalFolder } from '../tuning/journal.ts';
import { leftJournal } from '../tuning/restore.ts';

/** What a interval of time did to the counts of the host. */
export interface Interval {
  readonly before: Activity;
  readonly after: Activity;
}

/** A count of the host. */
export type Counted = Exclude<keyof Activity, 'now'>;

/** By how much a count grew; undefined where nothing was watched, or it is not counted. */
export function grown(interval: Interval | undefined, name: Counted): number | undefined {
  const [before, after] = [interval?.before[name], interval?.after[name]];
  return before === undefined || after === undefined ? undefined : after - before;
}

/** Settings that were not put back. */
interface LeftSettings {
  readonly pid: number;
  readonly count: number;
}

/** All that checks look at. */
export interface Facts {
  readonly files: SystemFiles;
  /** Bytes. */
  readonly pageSize: number;
  /** The bits of PR_SET_MDWE; undefined where the kernel does not know it. */
  readonly mdwe: number | undefined;
  /** As `v20.20.2`. */
  readonly node: string;
  readonly koffi: string;
  /** As `x64`. */
  readonly architecture: string;
  /** What a mapbench that was killed left changed; undefined = nothing. */
  readonly left?: LeftSettings;
  /** undefined = nothing was watched. */
  readonly interval?: Interval;
}

/** The facts of this host and this process. */
export function hostFactsForChecks(): Facts {
  const left = leftJournal(journalFolder());
  return {
    ...(left && { left: { pid: left.owner.pid, count: left.changes.length } }),
    files: readOnce(systemFiles),
    pageSize: pageSize(),
    mdwe: mdweBits(),
    node: process.version,
    koffi: koffiVersion,
    architecture: process.arch,
  };
}

/** Counts what the host does for some milliseconds. */
export async function watch(milliseconds: number, files: SystemFiles = systemFiles): Promise<Interval> {
  const before = readActivity(files);
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  return { before, after: readActivity(files) };
}
