import type { Architecture } from '../system/syscalls.ts';

/**
 * What is loaded into the module's pages and how it is run. A value: it knows nothing of strategies, engines
 * or time. The words of its code are the same in every backend.
 */
export interface Workload {
  readonly name: string;
  readonly summary: string;
  readonly code: CodeKind;
  /** How many modules there are and how long they live: `resident` by default. */
  readonly life: Life;
  /** Pages of the module where the user says nothing. */
  readonly pages: number;
}

/** What is written into a module. */
export type CodeKind =
  /** One store at the start of every page; every page start is called once. */
  | { readonly kind: 'page starts'; readonly code: Readonly<Record<Architecture, CodeTemplate>> }
  /**
   * A whole image of functions, copied from sources that take turns. With `isChained` what a function returns
   * decides which is called next, and there is one source.
   */
  | {
      readonly kind: 'image';
      readonly isRelocated: boolean;
      readonly isChained?: boolean;
      readonly calls: Calls;
    }
  /**
   * So many scattered stores of 8 bytes into a region that stays, and a call of the last place. `isLive`:
   * another thread calls every place meanwhile.
   */
  | { readonly kind: 'patches'; readonly count: number; readonly isLive?: boolean };

/** How many of an image's functions are called: so many, or a fraction in (0, 1]. */
export type Calls = { readonly count: number } | { readonly fraction: number };

/**
 * `resident`: one module, loaded anew in every iteration. `tenants`: so many live ones, of which a random one
 * is replaced. `cold`: an iteration sets everything up, loads once and tears everything down. `loaded`: one
 * module, loaded before anything is measured; an iteration only runs it, and its cost is that of a call.
 */
export type Life =
  | { readonly kind: 'resident' }
  | { readonly kind: 'cold' }
  | { readonly kind: 'loaded' }
  | { readonly kind: 'tenants'; readonly modules: number };

/** Machine code that is stored at one place, with at most one value in it that changes. */
export interface CodeTemplate {
  /** The code, little-endian, as one store of 1, 4 or 8 bytes. */
  readonly bits: bigint;
  readonly bytes: 1 | 4 | 8;
  /**
   * Where a value that differs from load to load is put, if the code returns one: the value's lowest `width`
   * bits go to bit `at`. The loop checks that the call returns exactly them. `isPaired`: the upper half of
   * the bits is the complement of the lower, so that a value that is half an old one shows itself.
   */
  readonly stamp?: { readonly at: number; readonly width: number; readonly isPaired?: boolean };
}
