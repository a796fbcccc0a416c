/** A setting that is to be changed for a while. */
export interface Change {
  readonly path: string;
  /** The text of the file, byte for byte. */
  readonly before: string;
  /** What is written. */
  readonly wanted: string;
}

/** A change that was tried. */
export interface Tried extends Change {
  /** What the file read afterwards: a kernel may grant less. null = refused, and nothing was changed. */
  readonly set: string | null;
}
