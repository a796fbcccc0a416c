import type { Strategy } from '../strategies/strategy.ts';
import { findWorkload, takesParameter, type WorkloadParameters } from '../workloads/catalogue.ts';
import type { Case, RunOptions } from './case.ts';

/** The options that cases are made of, beside their strategies. */
export type CaseOptions = Pick<
  RunOptions,
  'engine' | 'layout' | 'workload' | 'parameters' | 'threads' | 'others' | 'policy'
> & {
  /** Without them, the workload's own size. */
  readonly pages?: readonly number[] | undefined;
};

/** A strategy, and the user's file that declares it. */
export interface KnownStrategy {
  readonly strategy: Strategy;
  readonly file?: string;
}

/** The cases of a run, strategy by strategy. */
export function planCases(
  strategies: readonly KnownStrategy[],
  options: CaseOptions,
  pageSize: number,
): Case[] {
  const { threads = [1] } = options;
  return strategies.flatMap((known) =>
    sizesOf(options).flatMap((pages) =>
      threads.map((count) => caseOf(known, { pages, pageSize, threads: count }, options)),
    ),
  );
}

/** The sizes that are asked for, or the workload's own. */
export function sizesOf({ pages, workload }: Pick<CaseOptions, 'pages' | 'workload'>): readonly number[] {
  return pages ?? [findWorkload(workload)?.pages ?? 4];
}

function caseOf(
  { strategy, file }: KnownStrategy,
  { pages, pageSize, threads }: Pick<Case, 'pages' | 'pageSize' | 'threads'>,
  { layout: wantedLayout, engine, workload, parameters, ...options }: CaseOptions,
): Case {
  // A first load finds what the kernel gives it.
  const layout = findWorkload(workload)?.life.kind === 'cold' ? 'kernel' : wantedLayout;
  const concerning = parametersOf(workload, parameters);
  const parts = [strategy.name, `pages=${pages}`];
  if (workload !== 'ret') parts.push(`workload=${workload}`);
  for (const [name, value] of Object.entries(concerning)) parts.push(`${name}=${describeParameter(value)}`);
  if (layout !== 'guarded') parts.push(`layout=${layout}`);
  if (engine !== 'native') parts.push(`engine=${engine}`);
  const others = options.threads && (options.others ?? 'load');
  if (others !== undefined) parts.push(`threads=${threads}`);
  if (others !== undefined && others !== 'load') parts.push(`others=${others}`);
  const { policy } = options;
  if (policy !== undefined) parts.push(`policy=${policy.replaceAll(',', '+')}`);
  return {
    id: parts.join('/'),
    strategy: strategy.name,
    ...(file !== undefined && { strategyFile: file }),
    wx: strategy.wx,
    workload,
    ...(Object.keys(concerning).length > 0 && { parameters: concerning }),
    pages,
    pageSize,
    threads,
    ...(others !== undefined && { others }),
    layout,
    engine,
    ...(policy !== undefined && { policy }),
  };
}

/** Those of the parameters that concern a workload. */
export function parametersOf(workload: string, parameters: WorkloadParameters = {}): WorkloadParameters {
  return Object.fromEntries(
    Object.entries(parameters).filter(
      ([name, value]) => value !== undefined && takesParameter(workload, name as keyof WorkloadParameters),
    ),
  );
}

function describeParameter(value: WorkloadParameters[keyof WorkloadParameters]): string {
  if (typeof value !== 'object') return String(value);
  if ('count' in value) return String(value.count);
  return value.share === 1 ? 'all' : `${value.share * 100}%`;
}
