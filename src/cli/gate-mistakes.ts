import { formatGateError, GateError } from '../gates/errors.ts';
import { UsageError } from './exit-codes.ts';

/** Shows the place of a mistake in a gate. */
export function withCaret<T>(text: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw error instanceof GateError ? new UsageError(formatGateError(error, text)) : error;
  }
}
