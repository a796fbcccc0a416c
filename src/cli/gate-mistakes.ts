import { formatGateError, GateError } from '../gates/errors.ts';
import { UsageError } from './exit-codes.ts';

/** A mistake in a gate; its message is the sentence, then the gate and a caret on lines of their own. */
export class GateMistake extends UsageError {}

/** Shows the place of a mistake in a gate. */
export function withCaret<T>(text: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw error instanceof GateError ? new GateMistake(formatGateError(error, text)) : error;
  }
}
