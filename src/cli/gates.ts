import { GateError } from '../gates/errors.ts';
import { casesIn, type Gate } from '../gates/expression.ts';
import { parseGate, parseGates } from '../gates/parse.ts';
import { type CaseFacts, checkCases, checkEvents } from '../gates/resolve.ts';
import type { ResultDocument } from '../results/document.ts';
import { readTextFile } from '../results/file.ts';
import { RequestError } from '../system/errors.ts';
import { nearest } from '../system/spelling.ts';
import { withCaret } from './exit.ts';

/** The gates of a configuration. */
export interface ConfiguredGates {
  /** As messages name it. */
  readonly file: string;
  readonly texts: readonly string[];
  /** Names that a gate may speak of. */
  readonly strategies: readonly string[];
}

/** What gates may speak of: cases that are planned or measured, events that are to be counted, a baseline. */
interface Subject {
  readonly cases: readonly CaseFacts[];
  /** None where it is known from the document what was counted. */
  readonly events?: readonly string[] | undefined;
  readonly baseline: ResultDocument | undefined;
}

function check(gate: Gate, { cases, events, baseline }: Subject): Gate {
  checkCases(gate, cases, baseline?.cases);
  if (events !== undefined) checkEvents(gate, events);
  return gate;
}

/**
 * Those of the configuration's gates that concern this run. One about a case that the command line does not
 * ask for, or about a change where it names no baseline, is left out with a line on standard error; with
 * --strict that is a mistake.
 */
function readConfiguredGates(
  { file, texts, strategies }: ConfiguredGates,
  subject: Subject,
  { strict = false }: { readonly strict?: boolean },
): Gate[] {
  return texts.flatMap((text, index) => {
    const place = `${file}: gates[${index}]`;
    const gate = withCaret(text, () => parseGate(text, place));
    for (const { strategy } of [...casesIn(gate.left), ...casesIn(gate.right)]) {
      if (!strategies.includes(strategy))
        throw new RequestError(
          `${place}: no strategy is named '${strategy}'; the nearest is ${nearest(strategy, strategies)}`,
        );
    }
    const reason = reasonToLeaveOut(gate, subject);
    if (reason === undefined) return [gate];
    if (strict) throw new RequestError(`${place}: ${reason}`);
    console.error(`mapbench: ${place} is left out: ${reason}`);
    return [];
  });
}

function reasonToLeaveOut(gate: Gate, subject: Subject) {
  try {
    check(gate, subject);
    return undefined;
  } catch (error) {
    if (error instanceof GateError) return error.problem;
    throw error;
  }
}

/** The options that name gates. */
export interface GateArguments {
  readonly assert?: readonly string[];
  readonly assertFile?: readonly string[];
  readonly strict?: boolean;
  /** Those of the configuration. */
  readonly gates?: ConfiguredGates;
}

/**
 * Reads the gates and checks that they speak of cases that there are, and of changes only where the baseline
 * has them: of planned ones before minutes are spent. Throws a RequestError.
 */
export function readGates(options: GateArguments, subject: Subject): Gate[] {
  const { assert = [], assertFile = [], gates } = options;
  const given = assert.map((text) => withCaret(text, () => check(parseGate(text), subject)));
  const read = assertFile.flatMap(gatesIn);
  const own = gates === undefined ? [] : readConfiguredGates(gates, subject, options);
  return [...own, ...given, ...read.map((gate) => withCaret(gate.text, () => check(gate, subject)))];
}

function gatesIn(file: string): Gate[] {
  const gates = parseGates(readTextFile(file), file);
  if (gates.length === 0) throw new RequestError(`--assert-file ${file}: there is no gate in it`);
  return gates;
}
