/** A copy of a syntax tree without what depends on spelling: columns, and properties that are undefined. */
export function withoutColumns(tree: object): unknown {
  return JSON.parse(JSON.stringify(tree, (key, value) => (key === 'column' ? undefined : value)));
}
