/** Second byte of a frame (after its length): BEP 3, 6, 10, 52. */
export const ID = {
  choke: 0,
  unchoke: 1,
  interested: 2,
  'not-interested': 3,
  have: 4,
  bitfield: 5,
  request: 6,
  piece: 7,
  cancel: 8,
  suggest: 13,
  'have-all': 14,
  'have-none': 15,
  reject: 16,
  'allowed-fast': 17,
  extended: 20,
  'hash-request': 21,
  hashes: 22,
  'hash-reject': 23,
} as const;

/** BEP 10: the extension handshake's own number. */
export const EXTENDED = { handshake: 0 } as const;

/** BEP 9 `msg_type`. */
export const METADATA = { request: 0, data: 1, reject: 2 } as const;
