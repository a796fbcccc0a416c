import type { DifferenceTree, FrameTree } from './tree.ts';

/** A function, wherever it was called from. Nanoseconds an iteration. */
export interface FunctionTotal {
  readonly name: string;
  /** In the function itself, without what it calls. */
  readonly self: number;
  /** With what it calls; what calls itself counts once. */
  readonly total: number;
  /** In the function itself, more than in the other tree; 0 where there is no other. */
  readonly selfDelta: number;
}

type Growing = { -readonly [Key in keyof FunctionTotal]: FunctionTotal[Key] };

/** The functions below a tree's root, in no order. */
export function functionTotals(tree: FrameTree | DifferenceTree): FunctionTotal[] {
  const found = new Map<string, Growing>();
  const visit = (node: FrameTree | DifferenceTree, callers: ReadonlySet<string>) => {
    const { name, value, children } = node;
    const entry = found.get(name) ?? { name, self: 0, total: 0, selfDelta: 0 };
    entry.self += value - sumOf(children, (child) => child.value);
    entry.selfDelta += deltaOf(node) - sumOf(children, deltaOf);
    if (!callers.has(name)) entry.total += value;
    found.set(name, entry);
    for (const child of children) visit(child, new Set([...callers, name]));
  };
  for (const child of tree.children) visit(child, new Set());
  return [...found.values()];
}

const deltaOf = (node: FrameTree | DifferenceTree) => ('delta' in node ? node.delta : 0);

const sumOf = <T>(nodes: readonly T[], of: (node: T) => number) =>
  nodes.reduce((sum, node) => sum + of(node), 0);
