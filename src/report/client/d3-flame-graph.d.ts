/** The part of d3-flame-graph that flame.ts uses; the package has no types of its own. */
declare module 'd3-flame-graph' {
  import type { HierarchyNode } from 'd3-hierarchy';
  import type { Selection } from 'd3-selection';

  export interface FlameGraph<Datum> {
    (selection: Selection<HTMLElement, Datum, null, undefined>): void;
    width(pixels: number): this;
    cellHeight(pixels: number): this;
    minFrameSize(pixels: number): this;
    transitionDuration(milliseconds: number): this;
    selfValue(isOwn: boolean): this;
    sort(isSorted: boolean): this;
    setColorMapper(mapper: (node: HierarchyNode<Datum>, color: string) => string): this;
    setLabelHandler(label: (node: HierarchyNode<Datum>) => string): this;
    onClick(handler: (node: HierarchyNode<Datum>) => void): this;
    onHover(handler: (node: HierarchyNode<Datum>) => void): this;
    setDetailsHandler(handler: (text: string | null) => void): this;
    search(term: string): void;
    clear(): void;
    resetZoom(): void;
    zoomTo(node: HierarchyNode<Datum>): void;
    update(): void;
  }

  export default function flamegraph<Datum>(): FlameGraph<Datum>;
}
