import { expect, test } from 'vitest';
import { Person, SignedGroup } from '../../test/support/signed-group.ts';
import { encode } from '../bencode/index.ts';
import { BODY_FIELDS } from './bodies.ts';
import { decodeRecord } from './envelope.ts';
import { RecordFault } from './fault.ts';
import { groupState } from './group-state.ts';
import type { Bodies } from './kinds.ts';
import { readBencoded } from './schema.ts';

const owner = new Person();
const ben = new Person();
const group = await SignedGroup.found(owner);
const invitation = { id: new Uint8Array(8).fill(1), mac: new Uint8Array(32).fill(2) };
const again = <K extends 'request' | 'grant'>(kind: K, body: Bodies[K]): unknown =>
  readBencoded<unknown>(BODY_FIELDS[kind], encode(BODY_FIELDS[kind].write(body)), kind);

test('a request says with which invitation it was made', () => {
  const request = group.request(ben, 1, { invitation });
  expect(decodeRecord(request.bytes)).toMatchObject({ body: { invitation } });
  expect(groupState([group.record(), request])?.pending.get(ben.uid)).toMatchObject({ n: 1, invitation });
  const plain = groupState([group.record(), group.request(ben)])?.pending.get(ben.uid);
  expect(plain && 'invitation' in plain).toBe(false);
});

test.each([
  { what: 'a longer id', invitation: { ...invitation, id: new Uint8Array(9) } },
  { what: 'a shorter MAC', invitation: { ...invitation, mac: new Uint8Array(31) } },
])('none with $what', ({ invitation: wrong }) => {
  const { body } = group.request(ben);
  expect(() => again('request', { ...body, invitation: wrong })).toThrow(RecordFault);
});

test('a rejection, and nothing else, says what became of the invitation', async () => {
  const rejected = await group.grant(ben, 'rejected', { reason: 'used-up' });
  expect(groupState([group.record(), rejected])?.grants.get(ben.uid)?.body.reason).toBe('used-up');
  const accepted = await group.grant(ben, 'accepted');
  const removed = await group.grant(ben, 'removed');
  for (const { body } of [accepted, removed]) {
    expect(() => again('grant', { ...body, reason: 'expired' })).toThrow(RecordFault);
  }
  expect(() => again('grant', { ...rejected.body, reason: 'because' as 'expired' })).toThrow(RecordFault);
});
