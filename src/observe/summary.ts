import type { Strategy } from '../strategies/strategy.ts';
import { callText } from './call-text.ts';
import {
  type Classification,
  classify,
  type Likeness,
  likenessesOf,
  writableFractionOf,
} from './classify.ts';
import type { Seen } from './follow.ts';
import type { Observation, Region } from './observation.ts';
import type { Row } from './rows.ts';

/** What an observation holds of what was seen, without where and how. */
export type Summary = Pick<Observation, 'threads' | 'calls' | 'failedCalls' | 'loader' | 'regions'>;

/** What a summary is made with. */
export interface SummaryOptions {
  readonly strategies: readonly Strategy[];
  /** Bytes. */
  readonly pageSize: number;
  /** Seconds by which loads are divided. */
  readonly seconds: number;
}

/** What was seen, with the strategies that it is. */
export function summaryOf(seen: Seen, { strategies, pageSize, seconds }: SummaryOptions): Summary {
  const known = new Map<boolean, Likeness[]>();
  // A module of one page has no step for each of its pages.
  const likenesses = (bytes: number) => {
    const isPage = bytes <= pageSize;
    const found = known.get(isPage) ?? likenessesOf(strategies, isPage ? 1 : 4, pageSize);
    known.set(isPage, found);
    return found;
  };
  const rows = seen.rows.filter(({ isLoader }) => !isLoader);
  const loaded = seen.rows.filter(({ isLoader }) => isLoader);
  const sum = (of: (row: Row) => number) => loaded.reduce((total, row) => total + of(row), 0);
  return {
    threads: seen.threads,
    calls: Object.fromEntries(seen.calls),
    failedCalls: Object.fromEntries(seen.failed),
    loader: {
      mappings: sum(({ calls }) => calls.get('mmap') ?? 0),
      files: sum(({ memories }) => memories),
      bytes: sum(({ bytes }) => bytes),
    },
    regions: rows.map((row) => {
      const size = sizesOf(row);
      const found = classify(row.shape, writableFractionOf(row), likenesses(size.median));
      return regionOf(row, { size, found, seconds, begin: seen.firstAt });
    }),
  };
}

interface Told {
  readonly size: Region['size'];
  readonly found: Classification;
  readonly seconds: number;
  readonly begin: number;
}

function regionOf(row: Row, { size, found, seconds, begin }: Told): Region {
  const { shape } = row;
  // Whoever loads into memory that stays writable makes no call: how often cannot be seen.
  const loads = shape.kind === 'kept' && shape.state.includes('w') ? 0 : row.loads;
  return {
    backing: shape.backing,
    traits: [...shape.traits],
    path: row.path,
    kind: shape.kind,
    origin: [...row.origin],
    steps: [...shape.steps],
    state: shape.state,
    loads,
    loadsPerSecond: seconds === 0 ? 0 : loads / seconds,
    calls: Object.fromEntries(row.calls),
    size,
    threads: row.threads.size,
    processes: row.processes.size,
    memories: row.memories,
    bytes: row.bytes,
    firstAt: Math.max(0, row.firstAt - begin),
    lastAt: Math.max(0, row.lastAt - begin),
    writableFraction: writableFractionOf(row),
    sample: row.sample.map(callText),
    strategies: [...found.same],
    ...(found.nearest && {
      nearest: { strategy: found.nearest.strategy, differences: [...found.nearest.differences] },
    }),
  };
}

/** The median is of loads, not of sizes. */
function sizesOf({ sizes }: Row): Region['size'] {
  const sorted = [...sizes].sort(([a], [b]) => a - b);
  const half = sorted.reduce((sum, [, times]) => sum + times, 0) / 2;
  let upTo = 0;
  for (const [median, times] of sorted) {
    upTo += times;
    if (upTo >= half) return { median, largest: sorted.at(-1)?.[0] ?? median };
  }
  return { median: 0, largest: 0 };
}
