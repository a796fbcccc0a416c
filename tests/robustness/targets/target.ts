import type fc from 'fast-check';
import type { Ending } from '../judge.ts';

/** A part of the front door that is fuzzed: inputs, and what is done with one. */
export interface Target<Input = unknown> {
  /** For counts and messages. */
  readonly name: string;
  readonly inputs: fc.Arbitrary<Input>;
  /** Whether an exit status of 1 is right for some input: otherwise it tells of a mistake in mapbench. */
  readonly mayFail: boolean;
  /** Gives mapbench an input, in a workplace; the endings are judged. Throws where mapbench did. */
  readonly attempt: (input: Input) => Promise<readonly Ending[]>;
}
