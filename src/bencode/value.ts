/** A dictionary; each key holds raw bytes as a latin1 string, so that string order is byte order. */
export type BDict = Map<string, BValue>;

/** What bencode can say (BEP 3). Integers are limited to JavaScript's safe range. */
export type BValue = number | Uint8Array | BValue[] | BDict;
