import { plainText } from '../report/text.ts';
import type { CaseResult, MeasuredCase } from '../results/document.ts';
import { ambiguousCase, unknownCase, unknownStrategy } from './case-errors.ts';
import { type CaseFacts, factOf } from './case-facts.ts';
import { GateError, UnavailableError, withPlace } from './errors.ts';
import { type CaseReference, casesIn, type Gate } from './expression.ts';
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

/** Throws a `GateError` for the first reference of a gate that does not name one case; to be asked before a run. */
export function checkCases(gate: Gate, cases: readonly CaseFacts[]): void {
  withPlace(gate.place, () => {
    for (const reference of [...casesIn(gate.left), ...casesIn(gate.right)]) resolveCase(cases, reference);
  });
}
