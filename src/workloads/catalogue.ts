import { ret } from './ret.ts';
import { stamp } from './stamp.ts';
import type { Workload } from './workload.ts';

/** Every workload, in the order in which lists show them. */
export const workloads: readonly Workload[] = [ret, stamp];

/** The workload of that name, or undefined. */
export function findWorkload(name: string): Workload | undefined {
  return workloads.find((workload) => workload.name === name);
}
