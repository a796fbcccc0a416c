import type { MeasuredCase } from '../results/document.ts';

/** A step of an iteration whose cost changed. */
export interface StepChange {
  /** As C writes it. */
  readonly text: string;
  readonly old: number;
  readonly now: number;
}

/** A step is named from this fraction of the case's change on. */
const minFraction = 0.05;

/**
 * The steps that a case's change lies in, the largest first; none where the steps of either side are not
 * known or are not the same.
 */
export function stepChanges(old: MeasuredCase, now: MeasuredCase): StepChange[] {
  const [before, after] = [old.phases?.steps ?? [], now.phases?.steps ?? []];
  if (before.length !== after.length) return [];
  const change = Math.abs(now.estimate.point - old.estimate.point);
  return before
    .flatMap(({ text, point }, index): StepChange[] => {
      const other = after[index];
      return other?.text === text ? [{ text, old: point, now: other.point }] : [];
    })
    .filter((step) => Math.abs(step.now - step.old) >= minFraction * change)
    .sort((a, b) => Math.abs(b.now - b.old) - Math.abs(a.now - a.old));
}
