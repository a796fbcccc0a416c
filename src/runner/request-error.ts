/** What was asked for cannot be done: a mistake of the user's, as one sentence. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
}
