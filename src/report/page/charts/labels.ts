import { characterWidth, fontSize } from './draw.ts';

/** A mark with a name, in pixels. */
export interface Labelled {
  readonly x: number;
  readonly y: number;
  readonly name: string;
}

/** Where a name stands about its mark. */
export interface LabelPlace {
  readonly anchor: 'start' | 'middle' | 'end';
  readonly dx: number;
  readonly dy: number;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The room of a mark. */
const radius = 7;

/** The places that are tried, the best first. */
export const labelPlaces: readonly LabelPlace[] = [
  { anchor: 'start', dx: radius + 2, dy: 0 },
  { anchor: 'end', dx: -radius - 2, dy: 0 },
  { anchor: 'middle', dx: 0, dy: -radius - 7 },
  { anchor: 'middle', dx: 0, dy: radius + 8 },
];

/**
 * Finds for each mark the first place where its name hides neither a mark nor another name nor leaves the frame; undefined
 * for one that has none.
 */
export function placeLabels(marks: readonly Labelled[], frame: Box): (LabelPlace | undefined)[] {
  const taken = marks.map(({ x, y }) => ({
    left: x - radius,
    right: x + radius,
    top: y - radius,
    bottom: y + radius,
  }));
  return marks.map((mark, index) => {
    const free = labelPlaces.find((place) => {
      const box = boxOf(mark, place);
      const isInside =
        box.left >= frame.left &&
        box.right <= frame.right &&
        box.top >= frame.top &&
        box.bottom <= frame.bottom;
      return isInside && taken.every((other, at) => at === index || !overlap(box, other));
    });
    if (free !== undefined) taken.push(boxOf(mark, free));
    return free;
  });
}

function boxOf({ x, y, name }: Labelled, { anchor, dx, dy }: LabelPlace): Box {
  const width = [...name].length * characterWidth;
  const left = x + dx - { start: 0, middle: width / 2, end: width }[anchor];
  return { left, right: left + width, top: y + dy - fontSize / 2, bottom: y + dy + fontSize / 2 };
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
