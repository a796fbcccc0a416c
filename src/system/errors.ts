import { dirname } from 'node:path';

/** Whose the mistake is, and with that what becomes of it. */
export type ErrorKind =
  /** The user's, in what was written or named. */
  | 'usage'
  /** Nobody's: this host, as it is set up, does not grant it. */
  | 'unavailable'
  /** Nobody's: a strategy and a workload make no sense together. */
  | 'unsuited'
  /** What was begun went wrong. */
  | 'failed';

/** What mapbench throws. The message is one sentence for the user. */
export class MapbenchError extends Error {
  override readonly name: string = 'MapbenchError';
  readonly kind: ErrorKind;
  /** Lines that are shown below the sentence, as they are. */
  readonly details: string | undefined;

  constructor(kind: ErrorKind, message: string, details?: string) {
    super(message);
    this.kind = kind;
    this.details = details;
  }
}

/** Whether something that was thrown is mapbench's own, of one of the kinds. */
export function isOfKind(error: unknown, ...kinds: readonly ErrorKind[]): error is MapbenchError {
  return error instanceof MapbenchError && kinds.includes(error.kind);
}

/** What was asked for cannot be done: a mistake of the user's, as one sentence. */
export class RequestError extends MapbenchError {
  override readonly name = 'RequestError';

  constructor(message: string, details?: string) {
    super('usage', message, details);
  }
}

/**
 * A document that cannot be read or written. The message is one sentence that starts with the file's name.
 */
export class DocumentError extends MapbenchError {
  override readonly name = 'DocumentError';

  constructor(file: string, problem: string) {
    super('usage', `${file}: ${problem}`);
  }
}

/** Why a file cannot be read or written, as part of a sentence. */
export function causeOf(
  { code, message }: NodeJS.ErrnoException,
  verb: 'read' | 'write',
  path: string,
): string {
  switch (code) {
    case 'ENOENT':
      return verb === 'read' ? 'there is no such file' : `the folder ${dirname(path)} does not exist`;
    case 'ENOTDIR':
    case 'EEXIST':
      return `${dirname(path)} is not a folder`;
    case 'EISDIR':
      return 'it is a folder';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'EROFS':
      return 'the file system is read-only';
    case 'ENOSPC':
      return 'the disk is full';
    default:
      return code ?? message;
  }
}
