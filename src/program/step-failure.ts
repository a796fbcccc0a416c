import type { Step } from './step.ts';

/** A step that the kernel refused. */
export class StepFailure extends Error {
  readonly step: Step;
  /** Positive. */
  readonly errno: number;

  constructor(step: Step, errno: number) {
    super(`step ${step.number} failed with errno ${errno}`);
    this.step = step;
    this.errno = errno;
  }
}
