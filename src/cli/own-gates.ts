import type { CaseFacts } from '../gates/case-facts.ts';
import { GateError } from '../gates/errors.ts';
import { casesIn, type Gate } from '../gates/expression.ts';
import { parseGate } from '../gates/gate.ts';
import { checkCases } from '../gates/resolve.ts';
import type { ResultDocument } from '../results/document.ts';
import { mostLike } from '../system/spelling.ts';
import { UsageError } from './exit-codes.ts';
import { withCaret } from './gate-mistakes.ts';

/** The gates of a configuration. */
export interface OwnGates {
  /** As messages name it. */
  readonly file: string;
  readonly texts: readonly string[];
  /** Names that a gate may speak of. */
  readonly strategies: readonly string[];
}

/**
 * Those of the configuration's gates that concern this run. One about a case that the command line does not ask for, or
 * about a change where it names no baseline, is left out with a line on standard error; with --strict that is a mistake.
 */
export function readOwnGates(
  { file, texts, strategies }: OwnGates,
  cases: readonly CaseFacts[],
  baseline: ResultDocument | undefined,
  { strict = false }: { readonly strict?: boolean },
): Gate[] {
  return texts.flatMap((text, index) => {
    const place = `${file}: gates[${index}]`;
    const gate = withCaret(text, () => parseGate(text, place));
    for (const { strategy } of [...casesIn(gate.left), ...casesIn(gate.right)]) {
      if (!strategies.includes(strategy))
        throw new UsageError(
          `${place}: no strategy is named '${strategy}'; the nearest is ${mostLike(strategy, strategies)}`,
        );
    }
    const reason = reasonToLeaveOut(gate, cases, baseline);
    if (reason === undefined) return [gate];
    if (strict) throw new UsageError(`${place}: ${reason}`);
    console.error(`mapbench: ${place} is left out: ${reason}`);
    return [];
  });
}

function reasonToLeaveOut(gate: Gate, cases: readonly CaseFacts[], baseline: ResultDocument | undefined) {
  try {
    checkCases(gate, cases, baseline?.cases);
    return undefined;
  } catch (error) {
    if (error instanceof GateError) return error.problem;
    throw error;
  }
}
