import { appendFileSync } from 'node:fs';

/** What is counted for results/robustness.md. */
export type Counted = 'bad inputs' | 'faults' | 'kills' | 'situations';

/**
 * Adds to a count, where MAPBENCH_COUNTS names a file: a line of JSON each, which scripts/soak.ts adds up.
 */
export function count(kind: Counted, what: string, number = 1): void {
  const file = process.env.MAPBENCH_COUNTS;
  if (file !== undefined) appendFileSync(file, `${JSON.stringify({ kind, what, number })}\n`);
}
