import type { Architecture } from '../system/architecture.ts';

/**
 * What is loaded into the module's pages and how it is run. Code is written at the start of every page and
 * every page start is called once.
 */
export interface Workload {
  readonly name: string;
  readonly summary: string;
  /** The words of the code at each page's start; each is stored with one instruction. */
  readonly code: Readonly<Record<Architecture, CodeTemplate>>;
}

/** Machine code that is written at a page's start, with at most one value in it that changes. */
export interface CodeTemplate {
  /** The code, little-endian, as one store of 1, 4 or 8 bytes. */
  readonly bits: bigint;
  readonly bytes: 1 | 4 | 8;
  /**
   * Where a value that differs from iteration to iteration is put, if the code returns one: the value's lowest
   * `width` bits go to bit `at`. The loop checks that the call returns exactly them.
   */
  readonly stamp?: { readonly at: number; readonly width: number };
}
