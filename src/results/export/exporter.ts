import type { ResultDocument } from '../document.ts';

/**
 * A file that an export makes: its path relative to what the user named ('' = that path itself), and its
 * text.
 */
export interface ExportedFile {
  readonly path: string;
  readonly text: string;
}

/** What became of a gate. */
export interface GateOutcome {
  /** The gate as it was written, as `memfd < 0.2 * reuse`. */
  readonly name: string;
  /** undecided = the interval straddles the limit. */
  readonly outcome: 'holds' | 'fails' | 'undecided';
  /** The figures that decided, in a sentence. */
  readonly evidence: string;
}

/** Another program's format for results. */
export interface Exporter {
  readonly name: string;
  /** What it is for, in a few words. */
  readonly summary: string;
  /**
   * What the user names: a file that is replaced, a folder that files are put into, or a file that is added
   * to.
   */
  readonly kind: 'file' | 'directory' | 'append';
  /** Cases that the format cannot say are left out. Formats without a place for gates leave those out. */
  export(document: ResultDocument, gates?: readonly GateOutcome[]): ExportedFile[];
}
