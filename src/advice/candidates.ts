import { factsOf } from '../strategies/facts.ts';
import type { Strategy } from '../strategies/strategy.ts';
import type { Candidate } from './advise.ts';
import type { Row } from './rows.ts';

/** The rows of strategies that are known, each with what its program says. */
export function candidatesOf(rows: readonly Row[], strategies: readonly Strategy[]): Candidate[] {
  return rows.flatMap((row): Candidate[] => {
    const found = strategies.find(({ name }) => name === row.case.strategy);
    if (found === undefined) return [];
    const { pages, pageSize: bytes } = row.case;
    return [{ ...row, facts: factsOf(found, { pages: pages ?? 4, pageSize: bytes }) }];
  });
}
