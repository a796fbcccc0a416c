import { findStrategy } from '../strategies/catalogue.ts';
import type { Strategy } from '../strategies/strategy.ts';
import type { Case, RunOptions } from './case.ts';

/** The options that cases are made of. */
export type CaseOptions = Pick<RunOptions, 'strategies' | 'pages' | 'engine' | 'layout' | 'workload'>;

/** The cases of a run, strategy by strategy. */
export function planCases(options: CaseOptions, pageSize: number): Case[] {
  return options.strategies.flatMap((name) => {
    const strategy = findStrategy(name);
    if (strategy === undefined) throw new RangeError(`no strategy is named ${name}`);
    return options.pages.map((pages) => caseOf(strategy, pages, pageSize, options));
  });
}

function caseOf(
  strategy: Strategy,
  pages: number,
  pageSize: number,
  { layout, engine, workload }: CaseOptions,
): Case {
  const parts = [strategy.name, `pages=${pages}`];
  if (workload !== 'ret') parts.push(`workload=${workload}`);
  if (layout !== 'guarded') parts.push(`layout=${layout}`);
  if (engine !== 'native') parts.push(`engine=${engine}`);
  const id = parts.join('/');
  const { name, wx } = strategy;
  return { id, strategy: name, wx, workload, pages, pageSize, threads: 1, layout, engine };
}
