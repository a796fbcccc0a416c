/** A document that cannot be read or written. The message is one sentence that starts with the file's name. */
export class DocumentError extends Error {
  override readonly name = 'DocumentError';

  constructor(file: string, problem: string) {
    super(`${file}: ${problem}`);
  }
}
