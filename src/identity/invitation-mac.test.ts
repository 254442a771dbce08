import { expect, test } from 'vitest';
import { type GroupId, secretBytes, sha256Hex } from '../base/index.ts';
import { type InvitedRequest, invitationMac, isInvitationMac } from './invitation-mac.ts';
import { generateKey } from './keys.ts';

const secret = secretBytes(16);
const request: InvitedRequest = {
  gid: sha256Hex('a group') as GroupId,
  n: 1,
  memberKey: generateKey().publicKey,
  identityKey: generateKey().publicKey,
};
const mac = invitationMac(secret, request);

test('a request made with the link is recognised', () => {
  expect(mac).toHaveLength(32);
  expect(isInvitationMac(mac, secret, request)).toBe(true);
});

test.each<{ why: string; changed: Partial<InvitedRequest> }>([
  { why: 'another member key', changed: { memberKey: generateKey().publicKey } },
  { why: 'another identity', changed: { identityKey: generateKey().publicKey } },
  { why: 'another group', changed: { gid: sha256Hex('another') as GroupId } },
  { why: 'another request of the same user', changed: { n: 2 } },
])('put under $why it is not', ({ changed }) => {
  expect(isInvitationMac(mac, secret, { ...request, ...changed })).toBe(false);
});

test('without the secret none can be made', () => {
  expect(isInvitationMac(invitationMac(secretBytes(16), request), secret, request)).toBe(false);
  expect(isInvitationMac(new Uint8Array(), secret, request)).toBe(false);
});
