import { constants } from 'node:os';

/** Interruption by the user or by a supervisor. */
export interface Interruption extends Disposable {
  readonly signal: AbortSignal;
  /** 128 + the signal's number, as shells count; undefined where there was none. */
  status(): number | undefined;
  /** Restores the default handling. */
  end(): void;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Turns SIGINT, SIGTERM and SIGHUP into an abort, so that what was measured is still printed. A second one
 * ends at once. Disposing it ends it.
 */
export function onInterrupt(): Interruption {
  const controller = new AbortController();
  let number = 0;
  const handlers = signals.map((name) => {
    const handler = () => {
      number = constants.signals[name];
      if (controller.signal.aborted) process.exit(128 + number);
      controller.abort();
    };
    process.on(name, handler);
    return () => process.off(name, handler);
  });
  const end = () => {
    for (const off of handlers) off();
  };
  return {
    signal: controller.signal,
    status: () => (number === 0 ? undefined : 128 + number),
    end,
    [Symbol.dispose]: end,
  };
}
