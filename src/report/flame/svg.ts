import { escapeMarkup } from '../../format/markup.ts';
import { formatTime } from '../../format/numbers.ts';
import type { DifferenceTree, FrameTree } from '../../profile/tree.ts';
import { type HierarchyRectangularNode, hierarchy, partition } from '../../vendor/d3-hierarchy.ts';
import { deltaFill, deltaNames, describeFrame, fills, kindNames } from './sections.ts';

const width = 1200;
const rowHeight = 18;
const headHeight = 58;
const margin = 10;

/** Pixels below which a frame is left out. */
const minWidth = 0.3;

/** Of the monospaced type in which frames are labelled. */
const fontSize = 11;
const characterWidth = fontSize * 0.61;

/**
 * A static flame graph: the strategy below, what it calls above, as wide as it takes time. A differential one
 * is coloured by what takes more or less than in the other tree.
 */
export function flameSvg(tree: FrameTree | DifferenceTree, title: string): string {
  const root = partition<FrameTree>().size([width - 2 * margin, 1])(laidOut(tree));
  const nodes = root.descendants().filter((node) => node.x1 - node.x0 >= minWidth);
  const rows = Math.max(...nodes.map(({ depth }) => depth)) + 1;
  const height = headHeight + rows * rowHeight + margin;
  const bottom = height - margin - rowHeight;
  const frames = nodes.map((node) => frame(node, bottom, tree.value));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeMarkup(title)}">
<style>text { font: ${fontSize}px ui-monospace, monospace; fill: #111 } .head { font-size: 16px } .legend { font-size: 12px } .back { fill: #fff }
@media (prefers-color-scheme: dark) { .back { fill: #16181d } .head, .legend { fill: #e8e8e8 } }</style>
<rect class="back" width="${width}" height="${height}"/>
<text class="head" x="${margin}" y="24">${escapeMarkup(title)}</text>
${legend('delta' in tree)}
${frames.join('\n')}
</svg>
`;
}

/** The tree with values as d3 wants them: every node's own, without its children's. */
function laidOut(tree: FrameTree) {
  const own = (node: FrameTree) => node.value - node.children.reduce((sum, { value }) => sum + value, 0);
  return hierarchy(tree, ({ children }) => children).sum((node) => Math.max(0, own(node)));
}

function frame(node: HierarchyRectangularNode<FrameTree>, bottom: number, whole: number): string {
  const { data, x0, x1, depth } = node;
  const x = margin + x0;
  const y = bottom - depth * rowHeight;
  const fill = 'delta' in data ? deltaFill(data.value, data.delta as number) : fills[data.kind];
  const room = Math.floor((x1 - x0 - 6) / characterWidth);
  const text = data.name.length <= room ? data.name : room < 3 ? '' : `${data.name.slice(0, room - 1)}…`;
  const label = text === '' ? '' : `<text x="${fixed(x + 3)}" y="${y + 13}">${escapeMarkup(text)}</text>`;
  const rect = `<rect x="${fixed(x)}" y="${y}" width="${fixed(x1 - x0)}" height="${rowHeight - 1}" rx="1" fill="${fill}"/>`;
  return `<g><title>${escapeMarkup(describeFrame(data, whole))}</title>${rect}${label}</g>`;
}

function legend(isDifference: boolean): string {
  const entries = isDifference ? deltaNames : kindNames.map(([kind, name]) => [fills[kind], name] as const);
  return entries
    .map(([fill, name], index) => {
      const x = margin + index * 190;
      return `<rect x="${x}" y="36" width="12" height="12" fill="${fill}"/><text class="legend" x="${x + 18}" y="46">${name}</text>`;
    })
    .join('');
}

const fixed = (value: number) => value.toFixed(2);

/** The title of a strategy's graph. */
export function flameTitle({ name, value }: FrameTree, pages: number): string {
  return `${name}, ${pages} ${pages === 1 ? 'page' : 'pages'}: ${formatTime(value)} an iteration under perf`;
}
