/**
 * The bytes are not canonical bencode, or not of the expected form. The text names the offset or the path.
 */
export class BencodeError extends Error {
  override readonly name = 'BencodeError';
}
