import { plainText, wrapText } from '../../format/text.ts';
import { differenceOf, treeOf } from '../../profile/tree.ts';
import type { Layout } from '../../program/names.ts';
import { renderDifference, renderProfile } from '../../report/terminal/profile.ts';
import { type Case, type KnownStrategy, planCases } from '../../runner/plan.ts';
import { checkPerf, type ProfileOutcome, profileCase } from '../../runner/profile.ts';
import { caseOptionsOf, chooseCpu, onCommandLine } from '../../runner/request.ts';
import { selectStrategies } from '../../runner/select.ts';
import { RequestError } from '../../system/errors.ts';
import { pageSize } from '../../system/memory.ts';
import { watchConcurrentRuns } from '../concurrent-runs.ts';
import { exitStatusOf } from '../exit.ts';
import { onInterrupt } from '../interrupt.ts';
import { requested, type WorkloadArguments } from '../options.ts';
import { Outputs } from '../output.ts';
import { printReport } from '../terminal.ts';
import { checkProfileFile, type SeenStrategy, writeProfile } from './profile-files.ts';

/** The options of `mapbench profile` as commander gives them. */
export interface ProfileArguments extends WorkloadArguments {
  readonly pages: number;
  readonly layout: Layout;
  /** Milliseconds. */
  readonly duration: number;
  readonly diff?: boolean;
  readonly cpu?: number;
  readonly output?: readonly string[];
  readonly known?: readonly KnownStrategy[];
  readonly color: boolean;
}

/** Looks at strategies one after the other, prints what was seen, writes it, and returns the exit status. */
export async function profile(names: readonly string[], given: ProfileArguments): Promise<number> {
  const { duration: time, diff = false, output = [] } = given;
  const cases = await casesOf(names, given);
  if (diff && cases.length !== 2)
    throw new RequestError(
      `--diff compares two strategies, not ${cases.length}; as profile reuse memfd --diff`,
    );
  for (const path of output) checkProfileFile(path);
  checkPerf();
  const concurrent = watchConcurrentRuns();
  using interruption = onInterrupt();
  const seen: SeenStrategy[] = [];
  const outcomes: ProfileOutcome['kind'][] = [];
  for (const each of cases) {
    if (interruption.signal.aborted) break;
    const outcome = await profileCase(each, { time, cpu: chooseCpu(given.cpu) }, interruption.signal);
    if (interruption.signal.aborted) break;
    concurrent.look();
    outcomes.push(outcome.kind);
    print(each, outcome, given, outcomes.length > 1);
    if (outcome.kind === 'profiled') seen.push(outcome);
  }
  interruption.end();
  concurrent.end();
  const outputs = new Outputs();
  if (seen.length > 0) {
    const isDifference = diff && seen.length === 2;
    if (diff && !isDifference)
      console.error('mapbench: --diff: there is only one profile, which is written as it is');
    if (isDifference) printDifference(seen, given);
    for (const path of output) outputs.write(() => writeProfile(path, seen, isDifference));
  }
  return exitStatusOf({
    interrupted: interruption.status(),
    failed: outcomes.includes('failed'),
    unwritten: outputs.reportProblems(),
    unavailable: seen.length === 0,
  });
}

/** What the second strategy takes more or less than the first. */
function printDifference([from, to]: readonly SeenStrategy[], { color }: ProfileArguments): void {
  if (from === undefined || to === undefined) return;
  const tree = differenceOf(treeOf(from.profile), treeOf(to.profile));
  process.stdout.write('\n');
  printReport(color, (terminal) => renderDifference(tree, from.profile.strategy, terminal));
}

async function casesOf(names: readonly string[], given: ProfileArguments): Promise<Case[]> {
  const strategies = await selectStrategies(names, given.known);
  const request = { ...requested(given), pages: [given.pages] };
  return planCases(strategies, caseOptionsOf(request, onCommandLine), pageSize());
}

function print(
  { strategy }: Case,
  outcome: ProfileOutcome,
  { color }: ProfileArguments,
  isLater: boolean,
): void {
  if (isLater) process.stdout.write('\n');
  printReport(color, (terminal) =>
    outcome.kind === 'profiled'
      ? renderProfile(outcome.profile, outcome.notes, terminal)
      : wrapText(plainText(`${strategy}: ${outcome.kind}: ${outcome.reason}`), terminal.width, '  '),
  );
}
