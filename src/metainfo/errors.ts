/** What was offered is no content that we can describe, or no metainfo that we accept. The text says why. */
export class MetainfoError extends Error {
  override readonly name = 'MetainfoError';
}
