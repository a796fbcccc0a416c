import { withAllowedCpus } from './affinity.ts';
import { libc, SystemCallError } from './libc.ts';

/** A thread of this process. */
export type ThreadId = number;

// Overwritten by each call; a pthread_t is a word in glibc and musl.
const started = new BigUint64Array(1);

/**
 * Starts a thread that runs the machine code `void *start(void *argument)` on one CPU (pthread_create(3)). Throws a
 * SystemCallError where none can be started.
 */
export function startThread(start: number, argument: number, cpu: number): ThreadId {
  // A thread inherits the CPUs of the one that starts it.
  const errno = withAllowedCpus([cpu], () => libc('pthread_create')(started, null, start, argument));
  if (errno !== 0) throw new SystemCallError('pthread_create', errno);
  return Number(started[0]);
}

/** Waits until a thread has ended (pthread_join(3)). */
export function joinThread(thread: ThreadId): void {
  const errno = libc('pthread_join')(thread, 0);
  if (errno !== 0) throw new SystemCallError('pthread_join', errno);
}
