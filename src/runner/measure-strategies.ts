import { randomInt } from 'node:crypto';
import type { ResultDocument } from '../results/document.ts';
import { articleStrategies } from '../strategies/catalogue.ts';
import { pageSize } from '../system/page-size.ts';
import { findWorkload } from '../workloads/catalogue.ts';
import { chooseCpu } from './cpu.ts';
import { effort } from './effort.ts';
import { checkOptions } from './measure-options.ts';
import type { MeasureOptions } from './own/api.ts';
import { type CaseOptions, parametersOf, planCases, sizesOf } from './plan.ts';
import { RequestError } from './request-error.ts';
import { runCases } from './run.ts';
import { selectStrategies } from './select.ts';
import { timeLimits } from './time-limits.ts';

/** Measures what the options say, as `mapbench run` does. Rejects with a RequestError, one sentence, for wrong options. */
export async function measureStrategies(options: MeasureOptions): Promise<ResultDocument> {
  checkOptions(options);
  const { strategies = articleStrategies, phases = false, latency = false, onRound } = options;
  const known = await selectStrategies([strategies].flat());
  const caseOptions = caseOptionsOf(options);
  const { forks = effort.default.forks, time = effort.default.time, precision, maxTime = 300 } = options;
  const limits = { maxTime: precision === undefined ? undefined : maxTime, forkTimeout: options.forkTimeout };
  return runCases(
    planCases(known, caseOptions, pageSize()),
    {
      ...caseOptions,
      strategies: known.map(({ strategy }) => strategy.name),
      pages: sizesOf(caseOptions),
      forks,
      timePerFork: time,
      ...(precision !== undefined && { precision }),
      ...timeLimits(limits, time, 'run(): forkTimeout'),
      seed: options.seed ?? randomInt(2 ** 32),
      cpu: chooseCpu(options.cpu, 'run(): cpu'),
    },
    { phases, latency },
    options.signal ?? new AbortController().signal,
    { ...(onRound && { onRound: (soFar) => onRound(soFar()) }) },
  );
}

function caseOptionsOf(options: MeasureOptions): CaseOptions {
  const { engine = 'native', layout = 'guarded', workload = 'ret', calls, patches, modules } = options;
  if (engine === 'ffi' && findWorkload(workload)?.life.kind !== 'resident')
    throw new RequestError(`run(): the workload ${workload} needs the engine native`);
  const pages = options.pages === undefined ? undefined : [...new Set([options.pages].flat())];
  return { pages, engine, layout, workload, parameters: parametersOf(workload, { calls, patches, modules }) };
}
