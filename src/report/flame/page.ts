import { functionTotals } from '../../profile/totals.ts';
import type { DifferenceTree, FrameTree } from '../../profile/tree.ts';
import { formatPercent } from '../format-percent.ts';
import { formatTime } from '../format-time.ts';
import { escapeMarkup } from '../markup.ts';
import { deltaFill, deltaNames, fills, kindNames } from './colors.ts';
import { describeFrame } from './describe.ts';
import { flameScript } from './script.ts';

/** A flame graph with its heading and what is said of it. */
export interface FlameGraph {
  readonly title: string;
  readonly tree: FrameTree | DifferenceTree;
  /** Sentences below the graph. */
  readonly notes: readonly string[];
}

/** A page of its own with flame graphs, for browsers without a network. */
export function flamePage(title: string, graphs: readonly FlameGraph[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'">
<title>${escapeMarkup(title)}</title>
<style>${pageStyle}${flameStyle}</style>
</head>
<body>
<main>
<h1>${escapeMarkup(title)}</h1>
${graphs.map((graph, index) => flameFigure(graph, `flame-${index + 1}`)).join('\n')}
</main>
<script>${flameScript()}</script>
</body>
</html>
`;
}

/** One graph as part of a page that has flameStyle and, once and behind all of them, flameScript. `id` is the page's only one. */
export function flameFigure({ title, tree, notes }: FlameGraph, id: string): string {
  const isDifference = 'delta' in tree;
  const json = JSON.stringify(forPage(tree, tree.value)).replaceAll('<', '\\u003c');
  return `<section aria-labelledby="${id}">
<h2 id="${id}">${escapeMarkup(title)}</h2>
<figure class="flame">
<div class="flame-tools">
<label>Search <input type="search" spellcheck="false" placeholder="mmap_lock"></label>
<button type="button">Whole graph</button>
${legend(isDifference)}
</div>
<div class="flame-graph" tabindex="0" role="group" aria-label="Flame graph: arrow keys move, Enter zooms, Escape shows the whole"></div>
<p class="flame-details" aria-live="polite"></p>
<script type="application/json">${json}</script>
</figure>
${notes.map((note) => `<p>${escapeMarkup(note)}</p>`).join('\n')}
${figures(tree)}
</section>`;
}

/** A frame as the page's script wants it, see src/report/client/flame.ts. */
interface PageFrame {
  readonly name: string;
  readonly value: number;
  readonly text: string;
  readonly fill: string;
  readonly children: readonly PageFrame[];
}

/** Frames below this share of the whole are narrower than a pixel. */
const leastShare = 0.0005;

function forPage(tree: FrameTree | DifferenceTree, whole: number): PageFrame {
  const shown = tree.children.filter(({ value }) => value > whole * leastShare);
  return {
    name: tree.name,
    value: Number(tree.value.toPrecision(6)),
    text: describeFrame(tree, whole),
    fill: 'delta' in tree ? deltaFill(tree.value, tree.delta) : fills[tree.kind],
    children: shown.map((child) => forPage(child, whole)),
  };
}

function legend(isDifference: boolean): string {
  const entries = isDifference ? deltaNames : kindNames.map(([kind, name]) => [fills[kind], name] as const);
  const items = entries.map(([fill, name]) => `<li><span style="background:${fill}"></span>${name}</li>`);
  return `<ul class="flame-legend">${items.join('')}</ul>`;
}

/** The functions of a graph as a table, for whoever does not see it. */
function figures(tree: FrameTree | DifferenceTree): string {
  const rows = functionTotals(tree)
    .sort((a, b) => b.self - a.self)
    .slice(0, 25);
  const cells = rows.map(
    ({ name, self, total }) =>
      `<tr><th scope="row">${escapeMarkup(name)}</th><td>${formatTime(self)}</td><td>${formatPercent(self / tree.value)}</td><td>${formatTime(total)}</td></tr>`,
  );
  return `<details><summary>The functions that cost most</summary>
<div class="scroll" tabindex="0" role="region" aria-label="The functions that cost most"><table><thead><tr><th scope="col">function</th><th scope="col">itself, an iteration</th><th scope="col">share</th><th scope="col">with what it calls</th></tr></thead><tbody>
${cells.join('\n')}
</tbody></table></div></details>`;
}

/** What figures with flame graphs need of a page's style. */
export const flameStyle = `
.flame { margin: 0.5rem 0 }
.flame-tools { display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; align-items: center; margin-bottom: 0.5rem }
.flame-tools input, .flame-tools button { font: inherit; padding: 0.2rem 0.5rem; color: inherit; background: transparent; border: 1px solid currentColor; border-radius: 4px }
.flame-legend { display: flex; flex-wrap: wrap; gap: 0.2rem 1rem; list-style: none; margin: 0; padding: 0 }
.flame-legend span { display: inline-block; width: 0.9em; height: 0.9em; margin-right: 0.4em; vertical-align: -0.1em }
.flame-graph { overflow: hidden; min-height: 100px }
.flame-graph:focus-visible { outline: 2px solid #4a90d9; outline-offset: 2px }
.flame-graph .d3-flame-graph-label { font: 11px/1.7 ui-monospace, monospace; color: #111; margin: 0 4px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.flame-graph rect:hover { cursor: pointer; stroke: #000 }
.flame-graph rect { stroke: #fff; stroke-width: 0.5; fill-opacity: 1 }
.flame-graph g.at rect { stroke: #000; stroke-width: 2 }
.flame-graph .fade { opacity: 0.75 !important }
.flame-details { font: 13px ui-monospace, monospace; min-height: 1.5em; margin: 0.3rem 0; overflow-wrap: anywhere }`;

const pageStyle = `
:root { color-scheme: light dark; --back: #fff; --text: #1a1c20; --line: #c9ccd1 }
@media (prefers-color-scheme: dark) { :root { --back: #16181d; --text: #e8e8ea; --line: #454a52 } }
body { margin: 0; background: var(--back); color: var(--text); font: 15px/1.5 system-ui, sans-serif }
main { max-width: 1200px; margin: 0 auto; padding: 1rem }
h1 { font-size: 1.5rem } h2 { font-size: 1.15rem; margin-top: 2rem }
.scroll { overflow-x: auto }
table { border-collapse: collapse; font-variant-numeric: tabular-nums } th, td { padding: 0.15rem 0.8rem 0.15rem 0; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap } th:first-child { text-align: left; font-weight: normal }`;
