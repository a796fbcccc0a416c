import { allocatorProgram } from '../program/allocator.ts';
import { buildProgram, type DefineContext } from '../program/builder.ts';
import type { ModuleSize, Program } from '../program/ir.ts';

/**
 * How a strategy keeps code from being writable and executable at once: `flip` = never both, in one mapping
 * that changes; `dual` = a writable and an executable view of the same pages; `no-write` = the code's pages
 * have no writable mapping, in no process; `rwx` = one mapping that is both, always or for a while.
 */
export const wxClasses = ['flip', 'dual', 'no-write', 'rwx'] as const;
/** Of an allocator in a shared object it is not known. */
export type WxClass = (typeof wxClasses)[number] | 'unknown';

/** Where a strategy is from: the article, an engine that ships it, or what the kernel offers beyond. */
export const groups = ['article', 'engines', 'kernel', 'user'] as const;
export type Group = (typeof groups)[number];

/** A program that does what a strategy does. */
export interface Owner {
  readonly project: string;
  /** Of the source file. */
  readonly url: string;
  /** Where it differs, as a phrase. */
  readonly note?: string;
}

/** One way to get code into executable memory. A value: it knows nothing of time, engines or output. */
export interface Strategy {
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  /** Default `own`: a user's. */
  readonly group?: Group;
  readonly wx: WxClass;
  /** Who ships it; empty where nobody was found. */
  readonly shippedBy?: readonly Owner[] | undefined;
  /** What the host must grant, in a few words. */
  readonly needs: string;
  /** What to do where the host does not, as a command or a phrase. */
  readonly remedy?: string;
  /** The path of the shared object that does it, in place of `define`. */
  readonly library?: string;
  /** Records the strategy's steps for the module size that the context gives. */
  readonly define: (context: DefineContext) => void;
}

/** Declares a strategy. */
export function defineStrategy(strategy: Strategy): Strategy {
  return strategy;
}

/** The program of a strategy for one module size. Throws a ProgramError where its steps are not one. */
export function programOf(strategy: Strategy, module: ModuleSize): Program {
  const { name, library, define } = strategy;
  return library === undefined ? buildProgram(name, module, define) : allocatorProgram(name, library, module);
}
