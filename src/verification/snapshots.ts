import { FfiProgram } from '../program/ffi/engine.ts';
import { mappingsOf } from '../program/protections.ts';
import type { IterationStep, Mapping } from '../program/step.ts';
import { type MapsEntry, ownMaps } from '../system/maps.ts';
import { ret } from '../workloads/ret.ts';
import type { Subject } from './verdict.ts';

/** Protections as the kernel has them, of every mapping of a program after one of its steps. */
export interface Snapshot {
  readonly step: IterationStep;
  /** By the mapping's slot: the different protections of its pages, as `r-x`, or `none` for pages that are not mapped. */
  readonly protections: ReadonlyMap<number, readonly string[]>;
}

/** Iterations that are watched: the second finds what the first has left. */
const watched = 2;

/** Runs a few iterations step by step and looks at /proc/self/maps after each step. Of the last iteration. */
export function takeSnapshots({ program, layout, architecture }: Subject): Snapshot[] {
  const mappings = mappingsOf(program);
  const snapshots: Snapshot[] = [];
  const running = FfiProgram.start({ program, workload: ret, layout, architecture }, (step) => {
    const maps = ownMaps();
    const addresses = running.addresses();
    const protections = mappings.map((mapping): [number, string[]] => [
      mapping.slot,
      protectionsIn(maps, addresses[mapping.name] ?? 0, mapping),
    ]);
    snapshots.push({ step, protections: new Map(protections) });
  });
  try {
    running.batch(watched);
  } finally {
    running.close();
  }
  return snapshots.slice(-program.iteration.length);
}

/** The different protections within a mapping. */
export function protectionsIn(
  maps: readonly MapsEntry[],
  address: number,
  { length }: Pick<Mapping, 'length'>,
): string[] {
  const end = address + length;
  const found = new Set<string>();
  let covered = 0;
  for (const entry of maps) {
    const overlap = Math.min(entry.end, end) - Math.max(entry.start, address);
    if (overlap <= 0) continue;
    covered += overlap;
    found.add(entry.permissions.slice(0, 3));
  }
  if (covered < length) found.add('none');
  return [...found];
}
