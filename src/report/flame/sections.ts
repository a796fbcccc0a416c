import { formatPercent, formatTime } from '../../format/numbers.ts';
import { type FunctionTotal, functionTotals } from '../../profile/totals.ts';
import type { DifferenceTree, FrameTree } from '../../profile/tree.ts';
import { clientScript } from '../client-script.ts';
import { type Html, html, trusted } from '../page/kit/html.ts';
import type { FlameGraph, Section } from '../page/kit/input.ts';
import { foldedTable, type TableColumn } from '../page/kit/table.ts';

/**
 * Fills by whose code a frame is; dark text can be read on each, also for those who see no red or no green.
 */
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

/**
 * White to red for what takes more, white to blue for what takes less: the fraction of its own time that is
 * new or gone.
 */
export function deltaFill(value: number, delta: number): string {
  const fraction = Math.min(1, Math.abs(delta) / Math.max(value, Math.abs(delta), Number.MIN_VALUE));
  const pale = Math.round(230 - fraction * 92);
  const hex = (part: number) => part.toString(16).padStart(2, '0');
  const grey = hex(pale);
  return delta > 0 ? `#f0${grey}${grey}` : `#${grey}${hex(Math.round(230 - fraction * 50))}f0`;
}

/**
 * A frame in words: its name, its time an iteration, its fraction of `whole` nanoseconds, and what changed.
 */
export function describeFrame(frame: FrameTree | DifferenceTree, whole: number): string {
  const { name, value } = frame;
  const text = `${name}: ${formatTime(value)} an iteration, ${formatPercent(value / whole)}`;
  if (!('delta' in frame)) return text;
  const { delta } = frame;
  return `${text}; ${formatTime(Math.abs(delta))} ${delta < 0 ? 'less' : 'more'}`;
}

/** Flame graphs as sections of a page, one each. */
export function flameSections(graphs: readonly FlameGraph[]): Section[] {
  if (graphs.length === 0) return [];
  const script = clientScript('flame');
  return graphs.map((graph, index) => ({
    id: `flame-${index + 1}`,
    title: graph.title,
    how: 'The strategy is at the bottom, what it calls above it, as wide as it takes time; click a frame, or move with the arrow keys and press Enter, to zoom.',
    body: flameBody(graph),
    style: flameStyle,
    script,
  }));
}

function flameBody({ tree, notes }: FlameGraph): Html {
  const json = JSON.stringify(forPage(tree, tree.value)).replaceAll('<', '\\u003c');
  return html`<figure class="flame">
<div class="flame-tools">
<label>Search <input type="search" spellcheck="false" placeholder="mmap_lock"></label>
<button type="button">Whole graph</button>
${legend('delta' in tree)}
</div>
<div class="flame-graph" tabindex="0" role="group" aria-label="Flame graph: arrow keys move, Enter zooms, Escape shows the whole"></div>
<p class="flame-details" aria-live="polite"></p>
<script type="application/json">${trusted(json)}</script>
</figure>
${notes.map((note) => html`<p>${note}</p>`)}
${figures(tree)}`;
}

/** A frame as the page's script wants it, see src/report/client/flame.ts. */
interface PageFrame {
  readonly name: string;
  readonly value: number;
  readonly text: string;
  readonly fill: string;
  readonly children: readonly PageFrame[];
}

/** Frames below this fraction of the whole are narrower than a pixel. */
const minFraction = 0.0005;

function forPage(tree: FrameTree | DifferenceTree, whole: number): PageFrame {
  const shown = tree.children.filter(({ value }) => value > whole * minFraction);
  return {
    name: tree.name,
    value: Number(tree.value.toPrecision(6)),
    text: describeFrame(tree, whole),
    fill: 'delta' in tree ? deltaFill(tree.value, tree.delta) : fills[tree.kind],
    children: shown.map((child) => forPage(child, whole)),
  };
}

function legend(isDifference: boolean): Html {
  const entries = isDifference ? deltaNames : kindNames.map(([kind, name]) => [fills[kind], name] as const);
  const items = entries.map(([fill, name]) => html`<li><i style="background:${fill}"></i>${name}</li>`);
  return html`<ul class="legend">${items}</ul>`;
}

/** Functions in the table below a graph. */
const functionsShown = 25;

/** The functions of a graph as a table, for whoever does not see it. */
function figures(tree: FrameTree | DifferenceTree): Html {
  const rows = functionTotals(tree)
    .sort((a, b) => b.self - a.self)
    .slice(0, functionsShown);
  const times = (head: string, of: (row: FunctionTotal) => number): TableColumn => ({
    head,
    align: 'right',
    cells: rows.map((row) => formatTime(of(row))),
  });
  return foldedTable('The functions that cost most', [
    { head: 'function', align: 'left', cells: rows.map(({ name }) => name) },
    times('itself, an iteration', ({ self }) => self),
    { head: 'fraction', align: 'right', cells: rows.map(({ self }) => formatPercent(self / tree.value)) },
    times('with what it calls', ({ total }) => total),
  ]);
}

/** What figures with flame graphs need of a page's style. */
const flameStyle = `
.flame { margin: 0.5rem 0 }
.flame-tools { display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; align-items: center; margin-bottom: 0.5rem }
.flame-tools input, .flame-tools button { font: inherit; padding: 0.2rem 0.5rem; color: inherit; background: transparent; border: 1px solid currentColor; border-radius: 4px }
.flame-graph { overflow: hidden; min-height: 100px }
.flame-graph:focus-visible { outline: 2px solid #4a90d9; outline-offset: 2px }
.flame-graph .d3-flame-graph-label { font: 11px/1.7 ui-monospace, monospace; color: #111; margin: 0 4px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.flame-graph rect:hover { cursor: pointer; stroke: #000 }
.flame-graph rect { stroke: #fff; stroke-width: 0.5; fill-opacity: 1 }
.flame-graph g.at rect { stroke: #000; stroke-width: 2 }
.flame-graph .fade { opacity: 0.75 !important }
.flame-details { font: 13px ui-monospace, monospace; min-height: 1.5em; margin: 0.3rem 0; overflow-wrap: anywhere }`;
