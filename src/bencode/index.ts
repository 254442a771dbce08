/** Bencode (BEP 3, https://www.bittorrent.org/beps/bep_0003.html): strict, canonical, over raw bytes. */
export { decode, decodePrefix, type BencodeLimits } from './decode.ts';
export { encode } from './encode.ts';
export { BencodeError } from './errors.ts';
export {
  asBytes,
  asDict,
  asInteger,
  asList,
  asText,
  bytesOf,
  dictOf,
  intOf,
  keyText,
  listOf,
  maybeBytesOf,
  maybeIntOf,
  maybeTextOf,
  textKey,
  textOf,
} from './fields.ts';
export type { BDict, BValue } from './value.ts';
