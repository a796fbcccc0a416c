import { inspect } from 'node:util';
import { CommanderError } from '@commander-js/extra-typings';
import { plainText, shortenMiddle } from '../format/text.ts';
import { GateError, withCaretBelow } from '../gates/errors.ts';
import { isOfKind, MapbenchError, RequestError } from '../system/errors.ts';
import { asRefusal } from '../system/refusal.ts';

/** What mapbench's exit status tells scripts. */
export const exitCodes = {
  measured: 0,
  /** A case crashed, hung or was refused half-way, or what was asked for could not be written. */
  failed: 1,
  usage: 2,
  /** A gate or --fail-on found what it looks for. */
  regressed: 3,
  /** Nothing of what was asked for can run on this host. */
  unavailable: 4,
  /** 128 + SIGINT, as shells count. */
  interrupted: 130,
} as const;

/** What came of a command that measured, or read what was measured. */
export interface CommandResult {
  /** 128 + the number of the signal that ended it. */
  readonly interrupted?: number | undefined;
  /** A case crashed, hung or was refused half-way. */
  readonly failed?: boolean;
  /** A gate or --fail-on found what it looks for, or had nothing to look at. */
  readonly gateFails?: boolean;
  /** Something that was asked for could not be written. */
  readonly unwritten?: boolean;
  /** Nothing of what was asked for can run on this host. */
  readonly unavailable?: boolean;
}

/**
 * The exit status of a command, to be asked when all that can fail has been tried: what comes last hides
 * nothing.
 */
export function exitStatusOf(result: CommandResult): number {
  if (result.interrupted !== undefined) return result.interrupted;
  if (result.failed) return exitCodes.failed;
  if (result.gateFails) return exitCodes.regressed;
  if (result.unwritten) return exitCodes.failed;
  return result.unavailable ? exitCodes.unavailable : exitCodes.measured;
}

/**
 * A status as it is where standard output could not be written: a failure, unless it tells of something
 * worse.
 */
export function exitStatusUnwritten(status: number): number {
  return status === exitCodes.measured || status === exitCodes.unavailable ? exitCodes.failed : status;
}

/** Shows the place of a mistake in a gate. */
export function withCaret<T>(text: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw error instanceof GateError ? new RequestError(error.message, withCaretBelow(error, text)) : error;
  }
}

/** Characters of the longest sentence: a screen of 80 columns shows it. */
const longest = 1500;

/**
 * What is said on standard error: one line, whatever the user's words that it quotes hold, and no longer than
 * can be read.
 */
export function sentenceOf(text: string): string {
  return shortenMiddle(plainText(text), longest);
}

/** Commander puts its guess on a line of its own. */
const guess = /\n(\(Did you mean [^\n]*\))\n*$/;

/** How commander's messages are written: each as one sentence, and its guess below. */
export const outputAsSentences = {
  outputError(text: string, write: (text: string) => void): void {
    const [tail, nearest] = guess.exec(text) ?? [];
    const sentence = sentenceOf(tail === undefined ? text : text.slice(0, -tail.length));
    write(`${sentence}\n${nearest === undefined ? '' : `${sentenceOf(nearest)}\n`}`);
  },
};

/** Says in one sentence what is wrong and returns the exit status. */
export function reportFailure(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.measured : exitCodes.usage;
  const told = asRefusal(error);
  const text = told instanceof Error ? told.message : inspect(told);
  const details = told instanceof MapbenchError && told.details !== undefined ? `\n${told.details}` : '';
  process.stderr.write(`mapbench: ${sentenceOf(text)}${details}\n`);
  if (isOfKind(told, 'usage')) return exitCodes.usage;
  return isOfKind(told, 'unavailable') ? exitCodes.unavailable : exitCodes.failed;
}
