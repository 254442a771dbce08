import { createHmac } from 'node:crypto';
import { type GroupId, equalSecrets, utf8 } from '../base/index.ts';
import { userIdOf } from './keys.ts';

/** Whose request to join it is, and the keys that must not be exchanged for others. */
export interface InvitedRequest {
  readonly gid: GroupId;
  /** Counts this user's requests to this group. */
  readonly n: number;
  /** SPKI of the key that the member certificate is asked for. */
  readonly memberKey: Uint8Array;
  /** SPKI of the requester's identity key, whose hash is the user's id. */
  readonly identityKey: Uint8Array;
}

export const INVITATION_MAC_BYTES = 32;

/**
 * HMAC-SHA-256 under the invitation's secret. Only who holds the link can make one, and it is good for this requester's
 * keys alone: who sees the request, a tracker, can't put another key in its place.
 */
export function invitationMac(secret: Uint8Array, request: InvitedRequest): Uint8Array {
  const { gid, n, memberKey, identityKey } = request;
  const head = utf8(`mbt invitation 1\n${gid}\n${userIdOf(identityKey)}\n${n}\n`);
  return new Uint8Array(
    createHmac('sha256', secret).update(head).update(memberKey).update(identityKey).digest(),
  );
}

export const isInvitationMac = (mac: Uint8Array, secret: Uint8Array, request: InvitedRequest): boolean =>
  equalSecrets(mac, invitationMac(secret, request));
