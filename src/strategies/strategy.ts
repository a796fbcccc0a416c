import { buildProgram, type DefineContext } from '../program/builder.ts';
import type { ModuleSize, Program } from '../program/step.ts';

/**
 * How a strategy keeps code from being writable and executable at once:
 * `flip` = never both, in one mapping that changes; `dual` = a writable and an executable view of the same pages;
 * `rwx` = one mapping that is both.
 */
export type WxClass = 'flip' | 'dual' | 'rwx';

/** One way to get code into executable memory. A value: it knows nothing of time, engines or output. */
export interface Strategy {
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  readonly wx: WxClass;
  /** What the host must grant, in a few words; empty where any Linux will do. */
  readonly needs: string;
  /** Records the strategy's steps for the module size that the context gives. */
  readonly define: (context: DefineContext) => void;
}

/** Declares a strategy. */
export function defineStrategy(strategy: Strategy): Strategy {
  return strategy;
}

/** The program of a strategy for one module size. */
export function programOf(strategy: Strategy, module: ModuleSize): Program {
  return buildProgram(strategy.name, module, strategy.define);
}
