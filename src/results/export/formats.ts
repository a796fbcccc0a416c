/** Names of the formats that results can be exported to; the exporters themselves are in index.ts. */
export const exportFormats = [
  'json',
  'csv',
  'markdown',
  'benchstat',
  'bencher',
  'github-action-benchmark',
  'hyperfine',
  'criterion',
  'junit',
  'github-summary',
] as const;
