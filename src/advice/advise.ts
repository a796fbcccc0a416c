import { differSignificantly } from '../results/ratios.ts';
import type { StrategyFacts } from '../strategies/facts.ts';
import { type Constraints, type Demand, demandsOf, type Refusals } from './constraints.ts';
import type { Row } from './rows.ts';

/** A strategy that could be used: its row, and what its program says. */
export interface Candidate extends Row {
  readonly facts: StrategyFacts;
}

/** What one demand costs: the fastest strategy that could be used without it. */
export interface DemandCost {
  readonly demand: string;
  /** It is several demands together. */
  readonly isJoint?: true;
  readonly without: Candidate;
  /** Time of the choice over the time without the demand: 1 = it costs nothing. */
  readonly ratio: number;
  /** The two differ significantly. */
  readonly isTold: boolean;
}

/** What is asked of each thread, where a rate is. */
interface Load {
  /** Of all threads. */
  readonly loadsPerSecond: number;
  readonly threads: number;
  /** The fraction of one CPU's time that all loads together take. */
  readonly cpuFraction: number;
  /** Whether the threads get that many done. */
  readonly isEnough: boolean;
}

/** What to use. */
export interface Advice {
  readonly choice: Candidate;
  /** The next in the ranking; absent where nothing else is left. */
  readonly runnerUp?: Candidate;
  /** The others that do not differ significantly from the fastest. */
  readonly tied: readonly Candidate[];
  /**
   * The choice is the fastest, or, of those that do not differ significantly from it, the least exposed or
   * the one that most engines ship.
   */
  readonly isFastest: boolean;
  readonly costs: readonly DemandCost[];
  readonly load?: Load;
  /** Strategies that are left out, with the demand and the reason. */
  readonly excluded: readonly { readonly name: string; readonly demand: string; readonly reason: string }[];
}

/** What else an advice is made from. */
export interface Circumstances {
  /** See demandsOf. */
  readonly refused?: Refusals;
  /** The same work on one thread, where the candidates are of several. */
  readonly alone?: readonly Candidate[];
}

/** From the least exposed to the most. */
const exposures: readonly StrategyFacts['wx'][] = ['no-write', 'flip', 'dual', 'rwx'];

/**
 * The strategy to use: the fastest that meets every demand; where others cannot be told from it by their
 * intervals, the least exposed of them, then the one that more engines ship. undefined where nothing meets
 * them.
 */
export function advise(
  candidates: readonly Candidate[],
  constraints: Constraints,
  { refused = new Map(), alone = [] }: Circumstances = {},
): Advice | undefined {
  const usable = candidates.filter(({ facts }) => facts.writesCode);
  const demands = demandsOf(constraints, refused);
  const ranking = rank(meeting(usable, demands));
  const [choice, runnerUp] = ranking.order;
  if (choice === undefined) return undefined;
  return {
    choice,
    ...(runnerUp && { runnerUp }),
    tied: ranking.tied.filter((each) => each !== choice),
    isFastest: choice === ranking.fastest,
    costs: [
      ...demands.flatMap((demand) => costOf(demand, choice, usable, refused)),
      ...costOfAll(demands, choice, usable),
      ...costOfThreads(
        choice,
        meeting(
          alone.filter(({ facts }) => facts.writesCode),
          demands,
        ),
      ),
    ],
    ...loadOf(choice, constraints),
    excluded: usable.flatMap((each) => exclusionOf(each, demands)),
  };
}

function meeting(candidates: readonly Candidate[], demands: readonly Demand[]): Candidate[] {
  return candidates.filter((each) =>
    demands.every(({ objection }) => objection(each.facts, each.case) === undefined),
  );
}

interface Ranking {
  /**
   * Those that do not differ significantly from the fastest come first, by preference; then the others, by
   * time.
   */
  readonly order: readonly Candidate[];
  readonly tied: readonly Candidate[];
  readonly fastest: Candidate | undefined;
}

function rank(candidates: readonly Candidate[]): Ranking {
  const byTime = candidates.toSorted((a, b) => timeOf(a) - timeOf(b));
  const [fastest] = byTime;
  if (fastest === undefined) return { order: [], tied: [], fastest };
  const tied = byTime.filter((each) => each === fastest || isTied(each, fastest, candidates.length));
  const preferred = tied.toSorted(
    (a, b) =>
      exposures.indexOf(a.facts.wx) - exposures.indexOf(b.facts.wx) ||
      b.facts.owners - a.facts.owners ||
      timeOf(a) - timeOf(b),
  );
  return { order: [...preferred, ...byTime.filter((each) => !tied.includes(each))], tied, fastest };
}

/** Nanoseconds a load. */
function timeOf({ case: { estimate } }: Candidate): number {
  return estimate.point;
}

const isTied = (one: Candidate, other: Candidate, candidates = 2) =>
  !differSignificantly(one.case, other.case, candidates);

function costOf(
  { name, relaxed, isImplied }: Demand,
  choice: Candidate,
  usable: readonly Candidate[],
  refused: Refusals,
): DemandCost[] {
  const without = rank(meeting(usable, demandsOf(relaxed, refused))).fastest;
  if (without === undefined) return [];
  const isTold = without !== choice && !isTied(choice, without);
  if (isImplied && !isTold) return [];
  return [{ demand: name, without, ratio: timeOf(choice) / timeOf(without), isTold }];
}

/**
 * What several demands cost together: each alone may cost nothing, if another one rules the same strategies
 * out.
 */
function costOfAll(
  demands: readonly Demand[],
  choice: Candidate,
  usable: readonly Candidate[],
): DemandCost[] {
  const asked = demands.filter(({ isImplied }) => !isImplied);
  if (asked.length < 2) return [];
  const implied = demands.filter(({ isImplied }) => isImplied);
  const without = rank(meeting(usable, implied)).fastest;
  if (without === undefined) return [];
  const demand = `${asked.map(({ name }) => name).join(' and ')} together`;
  const isTold = without !== choice && !isTied(choice, without);
  return [{ demand, isJoint: true, without, ratio: timeOf(choice) / timeOf(without), isTold }];
}

/** What threads cost: the time of a load on each of them, against the fastest on one thread. */
function costOfThreads(choice: Candidate, alone: readonly Candidate[]): DemandCost[] {
  const without = rank(alone).fastest;
  if (without === undefined) return [];
  const ratio = timeOf(choice) / timeOf(without);
  return [{ demand: `--threads ${choice.case.threads}`, without, ratio, isTold: !isTied(choice, without) }];
}

function loadOf(choice: Candidate, { loadsPerSecond, threads = 1 }: Constraints): { readonly load?: Load } {
  if (loadsPerSecond === undefined) return {};
  const cpuFraction = (loadsPerSecond * timeOf(choice)) / 1e9;
  return { load: { loadsPerSecond, threads, cpuFraction, isEnough: cpuFraction <= threads } };
}

function exclusionOf({ facts, case: measured }: Candidate, demands: readonly Demand[]): Advice['excluded'] {
  for (const { name: demand, objection } of demands) {
    const reason = objection(facts, measured);
    if (reason !== undefined) return [{ name: facts.name, demand, reason }];
  }
  return [];
}
