import type { SystemFiles } from '../system/files.ts';
import type { Change, Tried } from './change.ts';

/** What a run would like of the host. */
export interface Wishes {
  /** The CPU that is measured on. */
  readonly cpu: number;
  /** Free 2 MiB pages. */
  readonly hugePages: number;
}

/** A kind of setting that can be changed for a while. */
export interface Setting {
  /** As a reader is told. */
  readonly name: string;
  /** Its files: no others are ever written. */
  readonly pattern: RegExp;
  /** What would have to be written; nothing where all is well, or nothing is there. */
  readonly plan: (files: SystemFiles, wishes: Wishes) => readonly Pick<Change, 'path' | 'wanted'>[];
  /** Why nothing is planned, after the name. */
  readonly nothingToDo: (files: SystemFiles, wishes: Wishes) => string;
  /** What was done, after the name. */
  readonly describe: (done: readonly Tried[], refused: readonly Tried[], wishes: Wishes) => string;
}
