import type { HostFinding } from '../results/document.ts';

/** What a check says, before it has the check's id. */
export type Verdict = Omit<HostFinding, 'id'>;

/** Nothing to do. */
export function fine(evidence: string, effect: string): Verdict {
  return { level: 'ok', evidence, effect };
}

/** Worth knowing, or strategies are unavailable. */
export function note(evidence: string, effect: string, command?: string): Verdict {
  return { level: 'note', evidence, effect, ...(command !== undefined && { command }) };
}

/** It makes numbers worse. */
export function serious(evidence: string, effect: string, command?: string): Verdict {
  return { level: 'serious', evidence, effect, ...(command !== undefined && { command }) };
}

/** It cannot be read here, and is not guessed. */
export function unknown(path: string, effect: string): Verdict {
  return { level: 'unknown', evidence: `not known: ${path} cannot be read`, effect };
}
