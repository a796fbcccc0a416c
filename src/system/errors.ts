import { dirname } from 'node:path';

/** What was asked for cannot be done: a mistake of the user's, as one sentence. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
}

/**
 * A document that cannot be read or written. The message is one sentence that starts with the file's name.
 */
export class DocumentError extends Error {
  override readonly name = 'DocumentError';

  constructor(file: string, problem: string) {
    super(`${file}: ${problem}`);
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
