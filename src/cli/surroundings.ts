import type { RunOptions } from '../runner/case.ts';
import type { OthersWork } from '../runner/companions.ts';
import { UsageError } from './exit-codes.ts';

/** What is around a loading thread, as commander gives it: other threads, and policies. */
export interface SurroundingsArguments {
  readonly threads?: readonly number[];
  readonly others?: OthersWork;
  readonly policy?: string;
}

/** Options that threads cannot be combined with. */
interface Combined {
  readonly engine: string;
  readonly phases?: boolean;
  readonly workload: string;
}

/** The plan's view of the surroundings. Throws a UsageError for what does not go together. */
export function surroundingsOf(
  given: SurroundingsArguments & Combined,
): Pick<RunOptions, 'threads' | 'others' | 'policy'> {
  return { ...threadsOf(given), ...(given.policy !== undefined && { policy: given.policy }) };
}

function threadsOf({ threads, others, engine, phases, workload }: SurroundingsArguments & Combined) {
  if (threads === undefined) {
    if (others !== undefined) throw new UsageError(`--others ${others} needs --threads, as --threads 1,2`);
    return {};
  }
  if (engine === 'ffi') throw new UsageError('--threads needs --engine native: JavaScript has one thread');
  if (phases) throw new UsageError('--phases looks at one thread; leave --threads out');
  if (workload === 'tenancy' || workload === 'cold')
    throw new UsageError(`--workload ${workload} runs on one thread; leave --threads out`);
  return { threads, others: others ?? 'load' };
}
