import { inspect } from 'node:util';
import { CommanderError } from 'commander';
import { asRefusal } from '../system/refusal.ts';
import { exitCodes, UsageError } from './exit-codes.ts';
import { GateMistake } from './gate-mistakes.ts';
import { sentenceOf } from './sentence.ts';

/** What the user wrote and what the user named: documents, gates. Rooms below this one throw them, some loaded late. */
const mistakes = /^(DocumentError|GateError|RequestError)$/;

/** Says in one sentence what is wrong and returns the exit status. */
export function reportFailure(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.measured : exitCodes.usage;
  const told = asRefusal(error);
  const text = told instanceof Error ? told.message : inspect(told);
  // A gate is shown with a caret below.
  process.stderr.write(`mapbench: ${error instanceof GateMistake ? text : sentenceOf(text)}\n`);
  const isMistake = error instanceof UsageError || (error instanceof Error && mistakes.test(error.name));
  return isMistake ? exitCodes.usage : exitCodes.failed;
}
