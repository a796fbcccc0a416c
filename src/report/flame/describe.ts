import type { DifferenceTree, FrameTree } from '../../profile/tree.ts';
import { formatPercent } from '../format-percent.ts';
import { formatTime } from '../format-time.ts';

/** A frame in words: its name, its time an iteration, its share of `whole` nanoseconds, and what changed. */
export function describeFrame(frame: FrameTree | DifferenceTree, whole: number): string {
  const { name, value } = frame;
  const text = `${name}: ${formatTime(value)} an iteration, ${formatPercent(value / whole)}`;
  if (!('delta' in frame)) return text;
  const { delta } = frame;
  return `${text}; ${formatTime(Math.abs(delta))} ${delta < 0 ? 'less' : 'more'}`;
}
