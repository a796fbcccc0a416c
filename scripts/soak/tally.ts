/** How often something was tried, by what it was, under each kind. */
export type Tally = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** Adds up the lines that tests/robustness/counts.ts writes. */
export function tallyOf(lines: string): Tally {
  const tally = new Map<string, Map<string, number>>();
  for (const line of lines.split('\n').filter((each) => each !== '')) {
    const { kind, what, number } = JSON.parse(line) as { kind: string; what: string; number: number };
    const of = tally.get(kind) ?? new Map<string, number>();
    tally.set(kind, of.set(what, (of.get(what) ?? 0) + number));
  }
  return tally;
}

/** All of one kind. */
export function totalOf(tally: Tally, kind: string): number {
  return [...(tally.get(kind)?.values() ?? [])].reduce((sum, each) => sum + each, 0);
}
