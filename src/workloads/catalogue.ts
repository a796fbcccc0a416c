import { footprintOf, moduleOf, relocOf, tenancyOf } from './module.ts';
import { cold, ret, stamp } from './page-starts.ts';
import { patchOf } from './patch.ts';
import type { Calls, Workload } from './workload.ts';

/** What can be chosen about workloads; each uses what concerns it. */
export type WorkloadParameters = {
  /** Functions of an image that are called in each load. */
  readonly calls?: Calls | undefined;
  /** Stores in each load of `patch`. */
  readonly patches?: number | undefined;
  /** Live modules of `tenancy`. */
  readonly modules?: number | undefined;
};

/** Those, and what follows from the threads of a case. */
type MakerParameters = WorkloadParameters & { readonly isLive?: boolean | undefined };

type Maker = (parameters: MakerParameters) => Workload;

const tenPercent: Calls = { fraction: 0.1 };

/** How each workload is made, in the order in which lists show them. */
const makers = {
  ret: () => ret,
  stamp: () => stamp,
  module: ({ calls = tenPercent }) => moduleOf(calls),
  reloc: ({ calls = tenPercent }) => relocOf(calls),
  patch: ({ patches = 1, isLive = false }) => patchOf(patches, isLive),
  tenancy: ({ calls = tenPercent, modules = 1000 }) => tenancyOf(calls, modules),
  cold: () => cold,
  footprint: ({ calls = tenPercent }) => footprintOf(calls),
} as const satisfies Readonly<Record<string, Maker>>;

/** What can be loaded. */
export type WorkloadName = keyof typeof makers;

/** Which parameters concern a workload. */
const concerns: Partial<Readonly<Record<WorkloadName, readonly (keyof WorkloadParameters)[]>>> = {
  module: ['calls'],
  reloc: ['calls'],
  patch: ['patches'],
  tenancy: ['calls', 'modules'],
  footprint: ['calls'],
};

export const workloadNames = Object.keys(makers) as readonly WorkloadName[];

/** The workload of that name. */
export function findWorkload(name: WorkloadName, parameters: MakerParameters = {}): Workload {
  const make: Maker = makers[name];
  return make(parameters);
}

/** Whether a parameter means something to a workload. */
export function takesParameter(workload: WorkloadName, parameter: keyof WorkloadParameters): boolean {
  return concerns[workload]?.includes(parameter) ?? false;
}
