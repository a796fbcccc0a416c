import type { FrameTree } from '../../profile/tree.ts';

/** Fills by whose code a frame is; dark text can be read on each, also for those who see no red or no green. */
export const fills: Readonly<Record<FrameTree['kind'], string>> = {
  root: '#d5d8dc',
  step: '#7fb7e6',
  kernel: '#f3b26b',
  perf: '#c9a9dc',
};

/** What the fills mean, in the order of a legend. */
export const kindNames = [
  ['step', 'step of the iteration'],
  ['kernel', 'kernel'],
  ['perf', 'perf’s own doing'],
] as const;

/** What a differential graph's fills mean, in the order of a legend. */
export const deltaNames = [
  ['#f08a8a', 'takes more'],
  ['#e6e6e6', 'takes the same'],
  ['#8fb4f0', 'takes less'],
] as const;

/** White to red for what takes more, white to blue for what takes less: the share of its own time that is new or gone. */
export function deltaFill(value: number, delta: number): string {
  const share = Math.min(1, Math.abs(delta) / Math.max(value, Math.abs(delta), Number.MIN_VALUE));
  const pale = Math.round(230 - share * 92);
  const hex = (part: number) => part.toString(16).padStart(2, '0');
  const grey = hex(pale);
  return delta > 0 ? `#f0${grey}${grey}` : `#${grey}${hex(Math.round(230 - share * 50))}f0`;
}
