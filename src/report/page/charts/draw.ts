import { parseHTML } from '../../../vendor/linkedom.ts';
import * as Plot from '../../../vendor/plot.ts';
import { type Html, trusted } from '../html.ts';

/** How much room a chart has. */
export interface Size {
  /** Pixels. */
  readonly width: number;
  readonly isWide: boolean;
}

/** The two sizes in which every chart is drawn: a page shows the one that fits. */
export const sizes = {
  wide: { width: 1080, isWide: true },
  narrow: { width: 340, isWide: false },
} as const satisfies Record<string, Size>;

/** The size of type in charts, in pixels, and about how wide its characters are. */
export const fontSize = 12;
export const characterWidth = 7.5;

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
