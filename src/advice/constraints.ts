import type { MeasuredCase } from '../results/document.ts';
import type { StrategyFacts } from '../strategies/facts.ts';
import { bytesText } from '../system/limits.ts';
import type { WorkloadName } from '../workloads/catalogue.ts';

/** How much of W^X a user insists on. */
export const wxDemands = ['strict', 'dual', 'any'] as const;
export type WxDemand = (typeof wxDemands)[number];

/** What a user can and cannot have. */
export interface Constraints {
  /**
   * `strict`: no memory is both writable and executable, through no mapping; `dual`: through two mappings it
   * may be.
   */
  readonly wx: WxDemand;
  readonly hugePages: boolean;
  readonly memfd: boolean;
  /** Several modules may be loaded before the first is run. */
  readonly batching: boolean;
  /** What the process is under, as `mdwe`. */
  readonly policy?: string;
  /** Threads that load at the same time. */
  readonly threads?: number;
  /** Bytes of a module. */
  readonly moduleSize?: number;
  /** What is loaded; default: what most of the data is of. */
  readonly workload?: WorkloadName;
  /** Of all threads together. */
  readonly loadsPerSecond?: number;
  /** Bytes that a live module may take, with its page tables. */
  readonly maxMemory?: number;
}

/** Nothing is asked for, and one module is loaded at a time. */
export const unconstrained: Constraints = { wx: 'any', hugePages: true, memfd: true, batching: false };

/**
 * The strategies that do not run under the policy, by name, with the reason; undefined where they were not
 * tried.
 */
export type Refusals = ReadonlyMap<string, string | undefined>;

/** A demand that rules strategies out. */
export interface Demand {
  /** As on the command line. */
  readonly name: string;
  /** Why a strategy, or what was measured of it, does not meet it, as a phrase; undefined where it does. */
  readonly objection: (facts: StrategyFacts, measured: MeasuredCase) => string | undefined;
  /** Nobody asked for it: it is so unless --batching is given. */
  readonly isImplied?: boolean;
  /** The constraints without it. */
  readonly relaxed: Constraints;
}

const acceptable: Readonly<Record<WxDemand, readonly StrategyFacts['wx'][]>> = {
  strict: ['flip', 'no-write'],
  dual: ['flip', 'no-write', 'dual'],
  any: ['flip', 'no-write', 'dual', 'rwx'],
};

/** The demands that constraints make. */
export function demandsOf(constraints: Constraints, refused: Refusals = new Map()): Demand[] {
  const { wx, hugePages, memfd, batching, policy, maxMemory } = constraints;
  const demands: Demand[] = [];
  if (wx !== 'any')
    demands.push({
      name: `--wx ${wx}`,
      objection: (facts) => (acceptable[wx].includes(facts.wx) ? undefined : `its W^X is ${facts.wx}`),
      relaxed: { ...constraints, wx: 'any' },
    });
  if (!hugePages)
    demands.push({
      name: '--no-hugepages',
      objection: ({ usesHugePages }) => (usesHugePages ? 'it needs huge pages' : undefined),
      relaxed: { ...constraints, hugePages: true },
    });
  if (!memfd)
    demands.push({
      name: '--no-memfd',
      objection: ({ usesMemfd }) => (usesMemfd ? 'it needs memfd_create' : undefined),
      relaxed: { ...constraints, memfd: true },
    });
  if (!batching)
    demands.push({
      name: 'one module at a time',
      isImplied: true,
      objection: ({ isBatched }) => (isBatched ? 'it loads several modules at once' : undefined),
      relaxed: { ...constraints, batching: true },
    });
  if (policy !== undefined) {
    const { policy: _, ...relaxed } = constraints;
    demands.push({
      name: `--policy ${policy}`,
      objection: ({ name }) => (refused.has(name) ? (refused.get(name) ?? 'it was not tried') : undefined),
      relaxed,
    });
  }
  if (maxMemory !== undefined) {
    const { maxMemory: _, ...relaxed } = constraints;
    demands.push({
      name: `--max-memory ${bytesText(maxMemory)}`,
      objection: (_facts, { memory, noMemory }) => {
        if (memory === undefined)
          return `its memory is not known${noMemory === undefined ? '' : `: ${noMemory}`}`;
        const bytes = memory.resident + Math.max(0, memory.pageTables);
        return bytes > maxMemory ? `a live module takes ${bytesText(bytes)}` : undefined;
      },
      relaxed,
    });
  }
  return demands;
}
