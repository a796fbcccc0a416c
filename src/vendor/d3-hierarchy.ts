export { type HierarchyRectangularNode, hierarchy, partition } from 'd3-hierarchy';
