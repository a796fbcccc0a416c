import { plainText } from '../report/text.ts';
import type { CaseResult, MeasuredCase } from '../results/document.ts';
import { ambiguousCase, unknownCase, unknownStrategy } from './case-errors.ts';
import { type CaseFacts, factOf } from './case-facts.ts';
import { GateError, UnavailableError, withPlace } from './errors.ts';
import { type CaseReference, caseKeys, casesIn, changesIn, type Gate } from './expression.ts';
import { printCase } from './print.ts';

/** The one case that a reference names. Throws a `GateError` that says what there is if it names none or several. */
export function resolveCase<C extends CaseFacts>(cases: readonly C[], reference: CaseReference): C {
  const named = cases.filter(({ strategy }) => strategy === reference.strategy);
  if (named.length === 0) throw unknownStrategy(cases, reference);
  const matching = named.filter((each) =>
    reference.conditions.every(({ key, value }) => factOf(each, key) === value),
  );
  const [only] = matching;
  if (only === undefined) throw unknownCase(named, reference);
  if (matching.length > 1) throw ambiguousCase(matching, reference);
  return only;
}

/**
 * As `resolveCase`, for a case that is to have been measured. Throws an `UnavailableError` for one that the host cannot
 * run, and a `GateError` for one that failed.
 */
export function resolveMeasured(cases: readonly CaseResult[], reference: CaseReference): MeasuredCase {
  const found = resolveCase(cases, reference);
  if (found.status === 'measured') return found;
  const name = printCase(reference);
  const reason = plainText(found.reason);
  if (found.status === 'unavailable') throw new UnavailableError(`${name} is unavailable: ${reason}`);
  throw new GateError(reference.column, `${name} failed: ${reason}`);
}

/**
 * Throws a `GateError` for the first reference of a gate that does not name one case, and for the first change against
 * what a baseline does not have: undefined stands for no baseline. To be asked before a run.
 */
export function checkCases<C extends CaseFacts>(
  gate: Gate,
  cases: readonly C[],
  baseline: readonly CaseResult[] | undefined,
): void {
  withPlace(gate.place, () => {
    for (const reference of [...casesIn(gate.left), ...casesIn(gate.right)]) resolveCase(cases, reference);
    for (const reference of changesIn(gate)) {
      if (baseline === undefined) throw new GateError(reference.column, noBaseline);
      const before = baseline.find((each) => isSameCase(each, resolveCase(cases, reference)));
      if (before?.status === 'measured') continue;
      const why = before === undefined ? 'is not in the baseline' : `is ${before.status} in the baseline`;
      throw new GateError(reference.column, `${printCase(reference)} ${why}`);
    }
  });
}

/** What is said of a change without a baseline. */
const noBaseline = 'a change needs a --baseline to compare with';

function isSameCase(one: CaseFacts, other: CaseFacts): boolean {
  return one.strategy === other.strategy && caseKeys.every((key) => factOf(one, key) === factOf(other, key));
}
