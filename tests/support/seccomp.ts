import { installFilter } from '../../src/system/seccomp.ts';

/** A system call to refuse: its number, the values of some arguments by index, and the errno it gets. */
export interface Refusal {
  number: number;
  args: Record<number, number>;
  errno: number;
}

/** Has the kernel refuse a system call of this thread, and of all processes that it starts from now on. */
export function refuse({ number, args, errno }: Refusal): void {
  const when = Object.entries(args).map(([index, equals]) => ({ index: Number(index), equals }));
  installFilter({ refusals: [{ number, when, errno }] });
}
