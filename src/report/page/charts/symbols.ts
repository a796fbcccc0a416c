import type { MeasuredCase } from '../../../results/document.ts';
import { parseHTML } from '../../../vendor/linkedom.ts';
import * as Plot from '../../../vendor/plot.ts';
import { type Html, html, trusted } from '../html.ts';
import { kindColor } from '../palette.ts';

/** How a kind of things is drawn, and what it is. */
export interface Kind {
  readonly name: string;
  readonly color: string;
  readonly symbol: Plot.SymbolType;
}

/** How the classes of W^X are drawn. */
export const wxKinds: Readonly<Record<MeasuredCase['wx'], Kind>> = {
  flip: { name: 'flip: never writable and executable at once', color: kindColor(0), symbol: 'circle' },
  dual: { name: 'dual: a writable and an executable view', color: kindColor(1), symbol: 'square' },
  'no-write': { name: 'no-write: no writable mapping', color: kindColor(2), symbol: 'triangle' },
  rwx: { name: 'rwx: writable and executable at once', color: kindColor(3), symbol: 'diamond' },
};

/** The legend of the classes that cases have. */
export function wxLegend(cases: readonly MeasuredCase[]): Html {
  const present = new Set(cases.map(({ wx }) => wx));
  return symbolLegend(
    Object.entries(wxKinds).flatMap(([wx, kind]) => (present.has(wx as never) ? kind : [])),
  );
}

const symbols: readonly Plot.SymbolType[] = [
  'circle',
  'square',
  'triangle',
  'diamond',
  'star',
  'cross',
  'wye',
];

/** How the n-th of many things of no kind of their own is drawn: colours and symbols come in ever new pairs. */
export function kindAt(index: number, name: string): Kind {
  const symbol = symbols[(index + Math.floor(index / symbols.length)) % symbols.length] ?? 'circle';
  return { name, color: kindColor(index), symbol };
}

/** What symbols mean. */
export function symbolLegend(kinds: readonly Kind[]): Html {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const swatches = Plot.legend({
    document: document as never,
    symbol: { domain: kinds.map((_, index) => index), range: kinds.map(({ symbol }) => symbol) },
  } as never) as unknown as { querySelectorAll(selector: string): Iterable<{ innerHTML: string }> };
  const drawings = [...swatches.querySelectorAll('svg')].map(({ innerHTML }) => innerHTML);
  const items = kinds.map(
    ({ name, color }, index) =>
      html`<li><svg viewBox="-8 -8 16 16" fill="${color}" aria-hidden="true">${trusted(drawings[index] ?? '')}</svg>${name}</li>`,
  );
  return html`<ul class="legend">${items}</ul>`;
}

/** What colours mean. */
export function colorLegend(entries: readonly (readonly [name: string, color: string])[]): Html {
  const items = entries.map(
    ([name, color]) => html`<li><i style="background:${color}" aria-hidden="true"></i>${name}</li>`,
  );
  return html`<ul class="legend">${items}</ul>`;
}
