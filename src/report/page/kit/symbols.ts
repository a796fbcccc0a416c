import type { MeasuredCase } from '../../../results/document.ts';
import { parseHTML } from '../../../vendor/linkedom.ts';
import * as Plot from '../../../vendor/plot.ts';
import { type Html, html, trusted } from './html.ts';

/** The colours of a theme. */
export type Theme = Readonly<Record<'back' | 'panel' | 'text' | 'muted' | 'line' | 'accent', string>> & {
  /** Of things that differ in kind: distinguished also by those who see no red or no green. */
  readonly kinds: readonly string[];
  /** Of what has no kind of its own. */
  readonly other: string;
  /** Of things in an order, from first to last. */
  readonly order: readonly string[];
};

/** Okabe and Ito's colours ("Color universal design", 2008), darkened to stand out by 3:1 against white. */
export const light: Theme = {
  back: '#ffffff',
  panel: '#f4f6f8',
  text: '#1b1f24',
  muted: '#57606a',
  line: '#d3d8de',
  accent: '#0b5cad',
  kinds: ['#0072b2', '#c75000', '#008463', '#b3568c', '#8f7400', '#3a8fc4', '#5b4b9e'],
  other: '#7a828b',
  order: ['#0b5cad', '#4e5a97', '#6b5880', '#80566b', '#915455', '#9f513e', '#ac4e26', '#b84a00'],
};

/** The same, lightened for a dark ground. */
export const dark: Theme = {
  back: '#14171c',
  panel: '#1d2127',
  text: '#e6e9ed',
  muted: '#9da7b3',
  line: '#3a414a',
  accent: '#7ab8f5',
  kinds: ['#56a9e8', '#f0883e', '#35bf95', '#e594c3', '#dcc03e', '#9fd8ff', '#b3a1ee'],
  other: '#8b949e',
  order: ['#6cb6ff', '#91b1e5', '#abaccb', '#bfa7b1', '#d0a298', '#de9d7e', '#ea9764', '#f59148'],
};

/** A colour of the theme that is shown, as a page's style says it. */
export const colors = {
  text: 'currentColor',
  back: 'var(--back)',
  muted: 'var(--muted)',
  line: 'var(--line)',
  accent: 'var(--accent)',
  other: 'var(--other)',
  kinds: light.kinds.map((_, index) => `var(--kind-${index})`),
  order: light.order.map((_, index) => `var(--order-${index})`),
};

/** The colour of the n-th kind; after the last one they begin again. */
export function kindColor(index: number): string {
  return colors.kinds[index % colors.kinds.length] ?? colors.other;
}

/** The colour of one of `count` things in an order. */
export function orderColor(index: number, count: number): string {
  const place = count < 2 ? 0 : (index / (count - 1)) * (colors.order.length - 1);
  return colors.order[Math.round(place)] ?? colors.other;
}

/** The declarations of a theme's variables. */
export function variablesOf({ kinds, order, ...named }: Theme): string {
  return [
    ...Object.entries(named).map(([name, color]) => `--${name}:${color}`),
    ...kinds.map((color, index) => `--kind-${index}:${color}`),
    ...order.map((color, index) => `--order-${index}:${color}`),
  ].join(';');
}

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
  unknown: { name: 'not known', color: kindColor(4), symbol: 'plus' },
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

/**
 * How the n-th of many things of no kind of their own is drawn: colours and symbols come in ever new pairs.
 */
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
