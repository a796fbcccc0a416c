import type { Command } from 'commander';
import { parametersOf } from '../runner/plan.ts';
import {
  findWorkload,
  takesParameter,
  type WorkloadParameters,
  workloadNames,
} from '../workloads/catalogue.ts';
import type { Calls } from '../workloads/workload.ts';
import { calls, oneOf, wholeNumber } from './arguments.ts';
import { UsageError } from './exit-codes.ts';

/** The options of workloads as commander gives them. */
export interface WorkloadArguments {
  readonly workload: string;
  readonly call?: Calls;
  readonly patches?: number;
  readonly modules?: number;
}

/** Adds the options that say what is loaded and run. */
export function withWorkloadOptions(command: Command): Command {
  return command
    .option(
      '--workload <name>',
      `what is loaded and run: ${workloadNames.join(', ')}`,
      oneOf(workloadNames),
      'ret',
    )
    .option(
      '--call <n>',
      'functions that module, reloc and tenancy call: 1, 10% or all (default: 10%)',
      calls,
    )
    .option('--patches <n>', 'stores in each load of patch (default: 1)', wholeNumber(1, 1024))
    .option('--modules <n>', 'live modules of tenancy (default: 1000)', wholeNumber(2, 16_384));
}

/** The option of each parameter. */
const options = { calls: '--call', patches: '--patches', modules: '--modules' } as const;

/** The workload's parameters that are given. Throws a UsageError for one that does not concern it. */
export function workloadParametersOf({
  workload,
  call,
  patches,
  modules,
}: WorkloadArguments): WorkloadParameters {
  const wanted: WorkloadParameters = { calls: call, patches, modules };
  for (const [parameter, option] of Object.entries(options) as [keyof WorkloadParameters, string][]) {
    if (wanted[parameter] !== undefined && !takesParameter(workload, parameter))
      throw new UsageError(`${option} means nothing to --workload ${workload}`);
  }
  return parametersOf(workload, wanted);
}

/** Whether JavaScript can drive a workload step by step: one module that stays. */
export function isDrivenByFfi(workload: string): boolean {
  return findWorkload(workload)?.life.kind === 'resident';
}
