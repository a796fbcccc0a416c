/** Runs in the page: makes each `figure.flame` of its JSON a flame graph that can be zoomed and searched. */
import flamegraph from 'd3-flame-graph';
import type { HierarchyNode } from 'd3-hierarchy';
import { select } from 'd3-selection';

/** A frame as the page holds it. */
interface Frame {
  readonly name: string;
  readonly value: number;
  /** What a screen reader says and a pointer shows. */
  readonly text: string;
  readonly fill: string;
  readonly children: readonly Frame[];
}

type Node = HierarchyNode<Frame>;

for (const figure of document.querySelectorAll<HTMLElement>('figure.flame')) draw(figure);

function draw(figure: HTMLElement): void {
  const data = JSON.parse(figure.querySelector('script')?.textContent ?? 'null') as Frame | null;
  const place = figure.querySelector<HTMLElement>('.flame-graph');
  const details = figure.querySelector<HTMLElement>('.flame-details');
  const search = figure.querySelector<HTMLInputElement>('input[type=search]');
  const reset = figure.querySelector<HTMLButtonElement>('button');
  if (data === null || place === null || details === null || search === null || reset === null) return;
  const say = (node: Node) => {
    details.textContent = node.data.text;
  };
  const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const chart = flamegraph<Frame>()
    .width(place.clientWidth)
    .cellHeight(20)
    .minFrameSize(1)
    .transitionDuration(isStill ? 0 : 250)
    .sort(true)
    .setColorMapper((node, color) => (isFound(node) ? color : node.data.fill))
    .setLabelHandler((node) => node.data.text)
    .setDetailsHandler(() => {})
    .onHover(say)
    .onClick((node) => {
      at = node;
      say(node);
      figure.dataset.zoom = node.data.name;
    });
  const selection = select<HTMLElement, Frame>(place).datum(data);
  selection.call(chart);
  const root = selection.datum() as unknown as Node;
  let at = root;
  say(root);

  search.addEventListener('input', () => {
    if (search.value === '') chart.clear();
    else chart.search(escapeRegExp(search.value));
  });
  reset.addEventListener('click', () => zoom(root));
  place.addEventListener('keydown', (event) => {
    const next = nextNode(at, event.key);
    if (next === undefined) return;
    event.preventDefault();
    if (event.key === 'Enter') zoom(at);
    else if (event.key === 'Escape') zoom(root);
    else mark(next);
  });
  new ResizeObserver(() => {
    chart.width(place.clientWidth);
    place.querySelector('svg')?.setAttribute('width', String(place.clientWidth));
    chart.update();
  }).observe(place);

  function zoom(node: Node): void {
    chart.zoomTo(node);
    mark(node);
    figure.dataset.zoom = node.data.name;
  }

  function mark(node: Node): void {
    at = node;
    say(node);
    for (const frame of place?.querySelectorAll('g.frame') ?? [])
      frame.classList.toggle('at', select<Element, Node>(frame).datum() === node);
  }
}

/**
 * Where a key leads from a frame: up to what it calls, down to who calls it, sideways to its caller's other
 * calls.
 */
function nextNode(node: Node, key: string): Node | undefined {
  const siblings = node.parent?.children ?? [node];
  const byName = [...siblings].sort((a, b) => (a.data.name < b.data.name ? -1 : 1));
  const index = byName.indexOf(node);
  switch (key) {
    case 'ArrowUp':
      return [...(node.children ?? [])].sort((a, b) => b.data.value - a.data.value)[0];
    case 'ArrowDown':
      return node.parent ?? undefined;
    case 'ArrowLeft':
      return byName[index - 1];
    case 'ArrowRight':
      return byName[index + 1];
    case 'Enter':
    case 'Escape':
      return node;
    default:
      return undefined;
  }
}

/** Whether a search has found a frame. */
function isFound(node: Node): boolean {
  return (node as { highlight?: boolean }).highlight === true;
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
