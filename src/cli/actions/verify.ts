import {
  type PlacedCase,
  renderEntropy,
  renderVerification,
  type VerifiedRow,
} from '../../report/terminal/verification.ts';
import { drawPlaces, type Verified, verifyCases } from '../../runner/attempts.ts';
import { type CaseOptions, type KnownStrategy, planCases } from '../../runner/plan.ts';
import { chooseCpu, onCommandLine, timeLimits } from '../../runner/request.ts';
import { selectStrategies } from '../../runner/select.ts';
import { entropyOf } from '../../statistics/entropy.ts';
import { pageSize } from '../../system/memory.ts';
import { type CommandResult, exitStatusOf } from '../exit.ts';
import { onInterrupt } from '../interrupt.ts';
import { type TargetArguments, targetOf } from '../target.ts';
import { printReport } from '../terminal.ts';

/** The options of `mapbench verify` as commander gives them. */
export interface VerifyArguments
  extends Pick<CaseOptions, 'layout' | 'icache'>,
    Pick<TargetArguments, 'target'> {
  readonly pages: readonly number[];
  readonly draws: number;
  /** Seconds. */
  readonly forkTimeout?: number;
  readonly verbose?: boolean;
  readonly format: 'table' | 'json';
  readonly known?: readonly KnownStrategy[];
  readonly color: boolean;
}

/** Checks strategies, prints, and returns the exit status. */
export async function verifyAll(words: readonly string[], given: VerifyArguments): Promise<number> {
  const { pages, layout, icache, draws, verbose = false } = given;
  const strategies = await selectStrategies(words, given.known);
  using interruption = onInterrupt();
  const { signal } = interruption;
  await using target = await targetOf(given, signal);
  const pageBytes = target?.facts.pageSize ?? pageSize();
  const cases = planCases(
    strategies,
    { pages, layout, engine: 'native', workload: 'ret', ...(icache !== undefined && { icache }) },
    pageBytes,
  );
  const cpu = chooseCpu(undefined, onCommandLine, target?.facts.cpus);
  const limits = timeLimits(given, 0, onCommandLine);
  const verified = await verifyCases(cases, { cpu, ...limits }, signal, () => {}, target);
  // Where the kernel puts mappings on its own: what a runtime gets.
  const runnable = verified.filter(({ kind }) => kind === 'verified').map((each) => each.case.strategy);
  const placed = planCases(
    strategies.filter(({ strategy }) => runnable.includes(strategy.name)),
    { pages: pages.slice(0, 1), layout: 'kernel', engine: 'native', workload: 'ret' },
    pageBytes,
  );
  const places = await drawPlaces(placed, draws, signal, target);
  interruption.end();
  const drawn = placed.map(
    ({ id, strategy }): PlacedCase => ({ id: strategy, addresses: places.get(id) ?? new Map() }),
  );
  if (given.format === 'json')
    process.stdout.write(`${JSON.stringify(summaryOf(verified, drawn), null, 2)}\n`);
  else
    printReport(given.color, (terminal) => {
      const parts = [
        renderVerification(verified.map(rowOf), terminal, { verbose }),
        ...(draws > 0 ? [renderEntropy(drawn, terminal)] : []),
      ];
      return parts.filter((part) => part !== '').join('\n\n');
    });
  return exitStatusOf({ interrupted: interruption.status(), ...resultOf(verified) });
}

function rowOf(verified: Verified): VerifiedRow {
  const { id } = verified.case;
  return verified.kind === 'verified'
    ? { id, checks: verified.checks }
    : { id, status: verified.kind, reason: verified.reason };
}

function summaryOf(verified: readonly Verified[], drawn: readonly PlacedCase[]) {
  return {
    // The names of the format.
    cases: verified.map(rowOf).map((row) => ('checks' in row ? { id: row.id, verdicts: row.checks } : row)),
    entropy: drawn.map(({ id, addresses }) => ({
      strategy: id,
      mappings: Object.fromEntries([...addresses].map(([name, draws]) => [name, entropyOf(draws)])),
    })),
  };
}

/** What follows from the checks for the exit status. */
export function resultOf(verified: readonly Verified[]): CommandResult {
  return {
    failed: verified.some(
      (each) =>
        each.kind === 'failed' ||
        (each.kind === 'verified' && each.checks.some(({ outcome }) => outcome === 'fails')),
    ),
    unavailable: !verified.some(({ kind }) => kind === 'verified'),
  };
}
