import { plainText } from '../report/text.ts';
import { type CaseFacts, factOf } from './case-facts.ts';
import { GateError } from './errors.ts';
import { type CaseKey, type CaseReference, caseKeys } from './expression.ts';
import { printCase } from './print.ts';

/** The error that no case has the strategy that a reference names. */
export function unknownStrategy(cases: readonly CaseFacts[], reference: CaseReference): GateError {
  const strategies = cases.map(({ strategy }) => plainText(strategy));
  return noSuchCase(reference, [...new Set(strategies)]);
}

/** The error that of the cases of a strategy none meets a reference's conditions. */
export function unknownCase(named: readonly CaseFacts[], reference: CaseReference): GateError {
  const asked = reference.conditions.map(({ key }) => key);
  const telling = [...new Set([...asked, ...keysThatDiffer(named)])];
  return noSuchCase(reference, [...new Set(named.map((each) => nameOf(each, telling)))]);
}

/** The error that several cases meet a reference's conditions. */
export function ambiguousCase(matching: readonly CaseFacts[], reference: CaseReference): GateError {
  const { strategy, conditions, column } = reference;
  const keys = keysThatDiffer(matching);
  // One from the middle: the smallest and the largest size are seldom what is meant.
  const example = matching[matching.length >> 1];
  if (keys.length === 0 || example === undefined) {
    return new GateError(
      column,
      `${printCase(reference)} is ${matching.length} cases that nothing tells apart`,
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
