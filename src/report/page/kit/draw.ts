import { shortenMiddle } from '../../../format/text.ts';
import { parseHTML } from '../../../vendor/linkedom.ts';
import * as Plot from '../../../vendor/plot.ts';
import { type Html, html, trusted } from './html.ts';
import { howId } from './input.ts';

/** How much room a chart has. */
export interface Size {
  /** Pixels. */
  readonly width: number;
  readonly isWide: boolean;
}

/** The two sizes in which every chart is drawn: a page shows the one that fits. */
const sizes = {
  wide: { width: 1080, isWide: true },
  narrow: { width: 340, isWide: false },
} as const satisfies Record<string, Size>;

/** The size of type in charts, in pixels, and about how wide its characters are. */
const fontSize = 12;
const characterWidth = 7.5;

/** Attributes that hold coordinates. */
const coordinates = new Set(
  'd transform x y x1 x2 y1 y2 dx dy cx cy r width height points'.split(' ') as string[],
);

/** The elements that a drawing is made of, as far as linkedom's are needed here. */
interface Element {
  readonly tagName: string;
  readonly textContent: string;
  readonly outerHTML: string;
  readonly attributes: Iterable<{ readonly name: string; value: string }>;
  querySelectorAll(selector: string): Iterable<Element>;
  removeAttribute(name: string): void;
  remove(): void;
}

/** Draws a chart as SVG. Its colours are the page's, its text is escaped. */
export function draw(options: Plot.PlotOptions): Html {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const drawing = Plot.plot({
    ...options,
    document: document as never,
    style: { fontSize: `${fontSize}px`, fontFamily: 'inherit', background: 'none' },
  }) as unknown as Element;
  for (const each of [...drawing.querySelectorAll('*')]) slim(each);
  return trusted(drawing.outerHTML);
}

/** Takes out what a page does not need: the style that it has already, empty labels, and digits. */
function slim(element: Element): void {
  if (/^style$/i.test(element.tagName) || (/^text$/i.test(element.tagName) && element.textContent === '')) {
    element.remove();
    return;
  }
  // The whole chart is one picture to a screen reader; names of its parts would only be bytes.
  element.removeAttribute('aria-label');
  element.removeAttribute('aria-hidden');
  for (const attribute of element.attributes) {
    if (coordinates.has(attribute.name)) {
      attribute.value = attribute.value.replaceAll(/-?\d+\.\d{2,}(?:e-?\d+)?/g, (text) =>
        String(Math.round(Number(text) * 10) / 10),
      );
    }
  }
}

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
 * Finds for each mark the first place where its name hides neither a mark nor another name nor leaves the
 * frame; undefined for one that has none.
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

/** A case that has a row of a chart. */
export interface RowName {
  readonly key: string;
  readonly name: string;
}

/** How the rows of a chart are named: the room on the left, and what stands there. */
export interface RowNames {
  readonly marginLeft: number;
  readonly domain: readonly string[];
  readonly tickFormat: (key: string) => string;
}

/** Characters of a name beyond which a chart of that size shortens it. */
const maxCharacters = (isWide: boolean) => (isWide ? 34 : 16);

/** Names for the rows of a chart; long ones lose their middle, tables have them whole. */
export function rowNames(rows: readonly RowName[], { isWide }: Size): RowNames {
  const names = new Map(rows.map(({ key, name }) => [key, shortenMiddle(name, maxCharacters(isWide))]));
  const longest = Math.max(0, ...[...names.values()].map((name) => [...name].length));
  return {
    marginLeft: Math.round(longest * characterWidth) + 14,
    domain: [...names.keys()],
    tickFormat: (key) => names.get(key) ?? '',
  };
}

/** What a chart is to those who do not see it. */
export interface ChartNames {
  /** The id of the section whose sentence describes it. */
  readonly section: string;
  /** What it shows, in a few words. */
  readonly label: string;
}

/** A chart in both sizes, of which the page's style shows one. */
export function figure({ section, label }: ChartNames, chart: (size: Size) => Html): Html {
  const picture = ({ markup }: Html) =>
    html`${trusted('<svg role="img" ')}aria-label="${label}" aria-describedby="${howId(section)}"${trusted(markup.replace(/^<svg/, ''))}`;
  return html`<figure>
<div class="wide">${picture(chart(sizes.wide))}</div>
<div class="narrow">${picture(chart(sizes.narrow))}</div>
</figure>`;
}
