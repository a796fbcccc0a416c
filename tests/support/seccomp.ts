import { installFilter } from '../../src/policies/apply.ts';
import type { MeasuredProcess } from '../../src/target/measured-process.ts';

/** A system call to refuse: its number, the values of some arguments by index, and the errno it gets. */
export interface Refusal {
  number: number;
  args: Record<number, number>;
  errno: number;
}

/** Has the kernel refuse a system call of the target, and of all processes that it starts from now on. */
export function refuse(target: MeasuredProcess, { number, args, errno }: Refusal): Promise<void> {
  const when = Object.entries(args).map(([index, equals]) => ({ index: Number(index), equals }));
  return installFilter(target, { refusals: [{ number, when, errno }] }, target.architecture);
}
