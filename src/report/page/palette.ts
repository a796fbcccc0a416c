/** The colours of a theme. */
export type Theme = Readonly<Record<'back' | 'panel' | 'text' | 'muted' | 'line' | 'accent', string>> & {
  /** Of things that differ in kind: told apart by those who see no red or no green, too. */
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
