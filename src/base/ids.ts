declare const brand: unique symbol;
type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** SHA-256 of a user's first identity public key (SPKI DER), 64 lower-case hex digits. */
export type UserId = Brand<string, 'UserId'>;
/** SHA-256 of a group's signed genesis record, 64 lower-case hex digits. */
export type GroupId = Brand<string, 'GroupId'>;
/** SHA-256 of the canonical info dictionary without `ssl-cert`, 64 lower-case hex digits. */
export type ContentId = Brand<string, 'ContentId'>;
/** SHA-256 of the info dictionary as it goes over the wire (BEP 52), 64 lower-case hex digits. */
export type InfoHash = Brand<string, 'InfoHash'>;
/** Index of a piece, proven to be inside its torrent. */
export type PieceIndex = Brand<number, 'PieceIndex'>;

const HEX_256 = /^[0-9a-f]{64}$/;

function toHash<T extends string>(text: string): T | undefined {
  return HEX_256.test(text) ? (text as T) : undefined;
}

export const toUserId = (text: string): UserId | undefined => toHash<UserId>(text);
export const toGroupId = (text: string): GroupId | undefined => toHash<GroupId>(text);
export const toContentId = (text: string): ContentId | undefined => toHash<ContentId>(text);
export const toInfoHash = (text: string): InfoHash | undefined => toHash<InfoHash>(text);

/** The only way in: every piece number off the wire goes through here. */
export function toPieceIndex(n: number, pieceCount: number): PieceIndex | undefined {
  return Number.isInteger(n) && n >= 0 && n < pieceCount ? (n as PieceIndex) : undefined;
}

/** Whether two labels, of users or of groups, are the same: case does not count. */
export const sameLabel = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
