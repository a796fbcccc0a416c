import assert from 'node:assert/strict';
import { GateError } from '../../src/gates/errors.ts';

/** The message of the `GateError` that an action ends in. */
export function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof GateError, `${error}`);
    return error.message;
  }
  return 'no error';
}
