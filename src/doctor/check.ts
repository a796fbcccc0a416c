import type { HostFinding } from '../results/document.ts';
import { catalogue } from '../strategies/catalogue.ts';
import { needs } from '../strategies/needs.ts';
import type { WxClass } from '../strategies/strategy.ts';
import type { Facts } from './facts.ts';

/**
 * One thing to look at: a pure function of facts. It may say several things, or nothing where there is
 * nothing to say.
 */
export interface Check {
  /** As `governor`. */
  readonly id: string;
  readonly look: (facts: Facts) => CheckFinding | readonly CheckFinding[];
}

/** What a check says, before it has the check's id. */
export type CheckFinding = Omit<HostFinding, 'id'>;

/** Nothing to do. */
export function fine(evidence: string, effect: string): CheckFinding {
  return { level: 'ok', evidence, effect };
}

/** Worth knowing, or strategies are unavailable. */
export function note(evidence: string, effect: string, command?: string): CheckFinding {
  return { level: 'note', evidence, effect, ...(command !== undefined && { command }) };
}

/** It makes numbers worse. */
export function serious(evidence: string, effect: string, command?: string): CheckFinding {
  return { level: 'serious', evidence, effect, ...(command !== undefined && { command }) };
}

/** It cannot be read here, and is not guessed. */
export function unknown(path: string, effect: string): CheckFinding {
  return { level: 'unknown', evidence: `not known: ${path} cannot be read`, effect };
}

/** The strategies that need something of the host. */
export function strategiesThatNeed(need: keyof typeof needs): string {
  return catalogue
    .filter((strategy) => strategy.needs === needs[need].needs)
    .map(({ name }) => name)
    .join(', ');
}

/** The strategies whose code is ever written where it is executed, and those whose is not. */
export function strategiesOf(...classes: readonly WxClass[]): string {
  return catalogue
    .filter(({ wx }) => classes.includes(wx))
    .map(({ name }) => name)
    .join(', ');
}
