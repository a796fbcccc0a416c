import { plainText } from '../format/text.ts';
import type { CaseResult, MeasuredCase } from '../results/document.ts';
import { GateError, unavailable, withPlace } from './errors.ts';
import {
  type CaseKey,
  type CaseReference,
  caseKeys,
  casesIn,
  changesIn,
  eventsIn,
  type Gate,
} from './expression.ts';
import { printCase } from './print.ts';

/**
 * The one case that a reference names. Throws a `GateError` that says what there is if it names none or
 * several.
 */
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
 * As `resolveCase`, for a case that is to have been measured. Throws an error of kind `unavailable` for one
 * that the host cannot run, and a `GateError` for one that failed.
 */
export function resolveMeasured(cases: readonly CaseResult[], reference: CaseReference): MeasuredCase {
  const found = resolveCase(cases, reference);
  if (found.status === 'measured') return found;
  const name = printCase(reference);
  const reason = plainText(found.reason);
  if (found.status === 'unavailable') throw unavailable(`${name} is unavailable: ${reason}`);
  throw new GateError(reference.column, `${name} failed: ${reason}`);
}

/**
 * Throws a `GateError` for the first reference of a gate that does not name one case, and for the first
 * change against what a baseline does not have: undefined stands for no baseline. To be asked before a run.
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

/** Throws a `GateError` for the first event of a gate that a run does not count. To be asked before it. */
export function checkEvents(gate: Gate, counted: readonly string[]): void {
  withPlace(gate.place, () => {
    for (const { event, column } of eventsIn(gate))
      if (!counted.includes(event))
        throw new GateError(column, `this run does not count ${event}; add --event ${event}`);
  });
}

/** What is said of a change without a baseline. */
const noBaseline = 'a change needs a --baseline to compare with';

function isSameCase(one: CaseFacts, other: CaseFacts): boolean {
  return one.strategy === other.strategy && caseKeys.every((key) => factOf(one, key) === factOf(other, key));
}

/**
 * What distinguishes cases: the same of cases that are planned and of cases that were measured.
 */
export type CaseFacts = { readonly strategy: string } & Readonly<
  Record<Exclude<CaseKey, 'processes'>, string | number | null> & { processes?: number | undefined }
>;

/** A fact of a case as a condition spells it; a fact that is not known is `unknown`. */
function factOf(each: CaseFacts, key: CaseKey): string {
  return String(each[key] ?? (key === 'processes' ? 1 : 'unknown'));
}

/** The error that no case has the strategy that a reference names. */
function unknownStrategy(cases: readonly CaseFacts[], reference: CaseReference): GateError {
  const strategies = cases.map(({ strategy }) => plainText(strategy));
  return noSuchCase(reference, [...new Set(strategies)]);
}

/** The error that of the cases of a strategy none meets a reference's conditions. */
function unknownCase(named: readonly CaseFacts[], reference: CaseReference): GateError {
  const asked = reference.conditions.map(({ key }) => key);
  const telling = [...new Set([...asked, ...keysThatDiffer(named)])];
  return noSuchCase(reference, [...new Set(named.map((each) => nameOf(each, telling)))]);
}

/** The error that several cases meet a reference's conditions. */
function ambiguousCase(matching: readonly CaseFacts[], reference: CaseReference): GateError {
  const { strategy, conditions, column } = reference;
  const keys = keysThatDiffer(matching);
  // One from the middle: the smallest and the largest size are seldom what is meant.
  const example = matching[matching.length >> 1];
  if (keys.length === 0 || example === undefined) {
    return new GateError(
      column,
      `${printCase(reference)} is ${matching.length} cases that nothing distinguishes`,
    );
  }
  const choices = keys.map((key) => `${key} ${inWords(valuesOf(matching, key))}`).join(', ');
  const added = keys.map((key) => ({ key, value: plainText(factOf(example, key)) }));
  const suggestion = printCase({ strategy, conditions: [...conditions, ...added] });
  return new GateError(column, `${printCase(reference)} was measured with ${choices}; write ${suggestion}`);
}

function noSuchCase(reference: CaseReference, names: readonly string[]): GateError {
  const problem = `no case ${printCase(reference)} in this run`;
  if (names.length === 0) return new GateError(reference.column, problem);
  const verb = names.length === 1 ? 'is' : 'are';
  return new GateError(reference.column, `${problem}; there ${verb} ${names.join(', ')}`);
}

function nameOf(each: CaseFacts, keys: readonly CaseKey[]): string {
  const conditions = keys.map((key) => ({ key, value: plainText(factOf(each, key)) }));
  return printCase({ strategy: each.strategy, conditions });
}

function keysThatDiffer(cases: readonly CaseFacts[]): CaseKey[] {
  return caseKeys.filter((key) => valuesOf(cases, key).length > 1);
}

/** The different values of a fact, in the order of the cases. */
function valuesOf(cases: readonly CaseFacts[], key: CaseKey): string[] {
  return [...new Set(cases.map((each) => plainText(factOf(each, key))))];
}

/** `1, 4 and 16`. */
function inWords(values: readonly string[]): string {
  return [values.slice(0, -1).join(', '), ...values.slice(-1)].filter((part) => part !== '').join(' and ');
}
