import { withProgram } from '../program/engine.ts';
import type { Mapping, Step } from '../program/ir.ts';
import { NativeCode } from '../program/native/engine.ts';
import { guardsOf, mappingsOf } from '../program/protections.ts';
import { type MapsEntry, parseMaps } from '../system/memory.ts';
import { readMaps } from '../target/files.ts';
import type { MeasuredProcess } from '../target/measured-process.ts';
import { guardsAt } from '../target/pagemap.ts';
import type { Subject } from './check-result.ts';

/** Bytes of a mapping as the kernel has them. */
export interface SeenRange {
  readonly offset: number;
  readonly length: number;
  /** As `r-x`; `none` for pages that are not mapped, `guard` for those of a guard region. */
  readonly protection: string;
  /** Where in its file it begins, in bytes. */
  readonly fileOffset: number;
}

/** What /proc/self/maps says of every mapping of a program after one of its steps, by slot. */
export interface Snapshot {
  readonly step: Step;
  readonly mappings: ReadonlyMap<number, readonly SeenRange[]>;
}

/** Iterations that are watched: the second finds what the first has left. */
const watched = 2;

/** Runs a few iterations step by step and looks at /proc/self/maps after each step. Of the last iteration. */
export async function takeSnapshots({ target, program, plain, layout }: Subject): Promise<Snapshot[]> {
  const mappings = mappingsOf(program);
  const hasGuards = [...program.setup, ...program.iteration].some((step) => guardsOf(step) !== undefined);
  const snapshots: Snapshot[] = [];
  using code = await NativeCode.load(target, { program, content: plain, layout }, program.iteration);
  await withProgram(code, (running) =>
    running.batchStepByStep(watched, async (step) => {
      const maps = parseMaps(await readMaps(target));
      const addresses = running.addresses();
      const seen = new Map<number, SeenRange[]>();
      for (const mapping of mappings) {
        const address = addresses[mapping.name] ?? 0;
        const ranges = rangesIn(maps, address, mapping);
        seen.set(mapping.slot, hasGuards ? await withGuards(target, address, ranges) : ranges);
      }
      snapshots.push({ step, mappings: seen });
    }),
  );
  return snapshots.slice(-program.iteration.length);
}

/** Ranges, with the pages that are in guard regions told from the others. */
async function withGuards(
  target: MeasuredProcess,
  address: number,
  ranges: readonly SeenRange[],
): Promise<SeenRange[]> {
  const all: SeenRange[] = [];
  for (const range of ranges) {
    const guards = await guardsAt(target, address + range.offset, range.length);
    const pages = guards.map((isGuard, page): SeenRange => {
      const from = page * target.pageSize;
      return {
        offset: range.offset + from,
        length: target.pageSize,
        protection: isGuard ? 'guard' : range.protection,
        fileOffset: range.fileOffset + from,
      };
    });
    all.push(...(range.protection === 'none' ? [range] : pages));
  }
  return all;
}

/** What lies in the bytes of a mapping, in their order. */
export function rangesIn(
  maps: readonly MapsEntry[],
  address: number,
  { length }: Pick<Mapping, 'length'>,
): SeenRange[] {
  const ranges: SeenRange[] = [];
  let covered = 0;
  const hole = (to: number) => {
    if (to > covered)
      ranges.push({ offset: covered, length: to - covered, protection: 'none', fileOffset: 0 });
  };
  for (const { start, end, permissions, offset } of maps) {
    const from = Math.max(start - address, 0);
    const to = Math.min(end - address, length);
    if (from >= to) continue;
    hole(from);
    const fileOffset = offset + from + address - start;
    ranges.push({ offset: from, length: to - from, protection: permissions.slice(0, 3), fileOffset });
    covered = to;
  }
  hole(length);
  return ranges;
}

/** The part of ranges that lies within some bytes of the mapping. */
export function within(
  ranges: readonly SeenRange[],
  { offset, length }: { readonly offset: number; readonly length: number },
): SeenRange[] {
  return ranges.flatMap((each) => {
    const from = Math.max(each.offset, offset);
    const to = Math.min(each.offset + each.length, offset + length);
    return from < to
      ? [{ ...each, offset: from, length: to - from, fileOffset: each.fileOffset + from - each.offset }]
      : [];
  });
}

/** The different protections of ranges. */
export function protectionsIn(ranges: readonly SeenRange[]): string[] {
  return [...new Set(ranges.map(({ protection }) => protection))];
}
