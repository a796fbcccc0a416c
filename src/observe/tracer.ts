import type { TraceEvent } from './trace-event.ts';

/** Programs that can look at the calls of another one. */
export const tracerNames = ['strace', 'perf'] as const;
export type TracerName = (typeof tracerNames)[number];

/** What is observed: a command, from its begin to its end, or a process that runs already. */
export type Subject =
  | { readonly kind: 'command'; readonly words: readonly [string, ...string[]] }
  /** For so many milliseconds; without, until it ends or the observation is interrupted. */
  | { readonly kind: 'process'; readonly pid: number; readonly time?: number };

/** How a trace went. */
export interface Trace {
  /** As `strace 6.1`. */
  readonly tracer: string;
  /** Seconds that the tracer ran, its own begin and end included. */
  readonly elapsed: number;
  /** How the command ended; absent where it is a process that goes on. */
  readonly end?: { readonly status: number };
  /** What was lost or could not be read, as sentences. */
  readonly notes: readonly string[];
}

/**
 * Has a tracer look at a subject and gives `onEvent` what it has seen, in order, once the subject has ended
 * or `signal` is aborted. Throws a RequestError for a subject that cannot be traced, a MapbenchError of the
 * kind `unavailable` for a tracer that does not work here.
 */
export type TraceSubject = (
  subject: Subject,
  onEvent: (event: TraceEvent) => void,
  signal: AbortSignal,
) => Promise<Trace>;
