import type { CaseComparison } from '../comparison/documents.ts';
import type { CaseFacts } from '../gates/case-facts.ts';
import { GateError } from '../gates/errors.ts';
import { evaluateGate, type GateResult } from '../gates/evaluate.ts';
import type { Gate } from '../gates/expression.ts';
import { parseGates } from '../gates/file.ts';
import { parseGate } from '../gates/gate.ts';
import { quantitiesOf } from '../gates/quantities.ts';
import { checkCases } from '../gates/resolve.ts';
import type { ResultDocument } from '../results/document.ts';
import { readTextFile } from '../results/file.ts';
import { UsageError } from './exit-codes.ts';
import { withCaret } from './gate-mistakes.ts';
import { type OwnGates, readOwnGates } from './own-gates.ts';

/** The options that name gates. */
export interface GateArguments {
  readonly assert?: readonly string[];
  readonly assertFile?: readonly string[];
  readonly strict?: boolean;
  /** Those of the configuration. */
  readonly gates?: OwnGates;
}

/**
 * Reads the gates and checks that they speak of cases that there are, and of changes only where the baseline has them: of
 * planned ones before minutes are spent. Throws a GateMistake or a UsageError.
 */
export function readGates(
  options: GateArguments,
  cases: readonly CaseFacts[],
  baseline: ResultDocument | undefined,
): Gate[] {
  const { assert = [], assertFile = [], gates } = options;
  const checked = (gate: Gate) => {
    checkCases(gate, cases, baseline?.cases);
    return gate;
  };
  const given = assert.map((text) => withCaret(text, () => checked(parseGate(text))));
  const read = assertFile.flatMap(gatesIn);
  const own = gates === undefined ? [] : readOwnGates(gates, cases, baseline, options);
  return [...own, ...given, ...read.map((gate) => withCaret(gate.text, () => checked(gate)))];
}

function gatesIn(file: string): Gate[] {
  const gates = parseGates(readTextFile(file), file);
  if (gates.length === 0) throw new UsageError(`--assert-file ${file}: there is no gate in it`);
  return gates;
}

/** Decides the gates. One about a case that failed fails; with --strict an undecided one does, too. */
export function decideGates(
  gates: readonly Gate[],
  document: ResultDocument,
  comparisons: readonly CaseComparison[],
  { strict }: GateArguments,
): GateResult[] {
  const quantities = quantitiesOf(document, comparisons);
  return gates.map((gate) => {
    const result = decide(gate, quantities);
    return strict && result.outcome === 'undecided' ? { ...result, outcome: 'fails' } : result;
  });
}

function decide(gate: Gate, quantities: ReturnType<typeof quantitiesOf>): GateResult {
  try {
    return evaluateGate(gate, quantities);
  } catch (error) {
    if (!(error instanceof GateError)) throw error;
    return { text: gate.text, outcome: 'fails', evidence: error.message };
  }
}
