/**
 * Fuzzes one target in this process, in a folder of its own: `fuzz.ts <target> <cases> <seed>`. Tells its
 * parent a FuzzReport.
 */
import fc from 'fast-check';
import { type Ending, whatIsWrong } from './judge.ts';
import { configurations } from './targets/configurations.ts';
import { documents } from './targets/documents.ts';
import { gates } from './targets/gates.ts';
import { options } from './targets/options.ts';
import type { Target } from './targets/target.ts';
import { makeWorkplace } from './workplace.ts';

/** What fuzzing came to. */
export interface FuzzReport {
  readonly cases: number;
  /** How often each exit status was seen. */
  readonly statuses: Readonly<Record<string, number>>;
  /** The smallest input that something is wrong with, and what. */
  readonly wrong?: string;
}

const [wanted, cases, seed] = process.argv.slice(2);
const target = [options, gates, documents, configurations].find(({ name }) => name === wanted) as Target;
const workplace = makeWorkplace();
process.chdir(workplace.folder);
const statuses: Record<string, number> = {};
let tried = 0;

/** Of many documents side by side, one that cannot be read makes a status of 1. */
const failureIn = ({ status, stderr }: Ending) =>
  status === 1 && !target.mayFail && !stderr.includes(': failed: ') ? 'exit status 1' : undefined;

const property = fc.asyncProperty(target.inputs, async (input) => {
  tried++;
  for (const ending of await target.attempt(input)) {
    statuses[String(ending.status)] = (statuses[String(ending.status)] ?? 0) + 1;
    const wrong = whatIsWrong(ending) ?? failureIn(ending);
    if (wrong !== undefined) throw new Error(`${wrong}\n${ending.stderr.slice(0, 500)}`);
  }
});
const details = await fc.check(property, { numRuns: Number(cases), seed: Number(seed), endOnFailure: false });
const report: FuzzReport = {
  cases: tried,
  statuses,
  ...(details.failed && { wrong: `${details.errorInstance}\n${fc.defaultReportMessage(details)}` }),
};
workplace.remove();
process.send?.(report, () => process.exit(0));
