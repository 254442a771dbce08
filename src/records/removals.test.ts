import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { encode } from '../bencode/index.ts';
import { sign } from '../identity/index.ts';
import { CLUSTER, Person, SignedGroup } from '../../test/support/signed-group.ts';
import { decodeRecord } from './envelope.ts';
import { RecordFault } from './fault.ts';
import { groupState, standingOf, type GroupState } from './group-state.ts';
import type { SignedRecord } from './kinds.ts';
import { readRemovalNews, removalDigest, removalNews } from './removals.ts';

const owner = new Person();
const ben = new Person();
let group: SignedGroup;
let accepted: SignedRecord;
let removed: SignedRecord;
let back: SignedRecord;

beforeAll(async () => {
  group = await SignedGroup.found(owner);
  accepted = await group.grant(ben, 'accepted');
  removed = await group.grant(ben, 'removed');
  back = await group.grant(ben, 'accepted', { n: 2 });
});

const stateOf = (...records: SignedRecord[]): GroupState =>
  groupState([group.record(), ...records]) as GroupState;

/** What `to` knows after `from` has told it what it lacks. */
function tell(from: SignedRecord[], to: SignedRecord[]): SignedRecord[] {
  const theirs = stateOf(...to);
  const news = removalNews(stateOf(...from), removalDigest(theirs));
  return [...to, ...news.flatMap((payload) => readRemovalNews(payload, theirs, CLUSTER))];
}

const standing = (records: SignedRecord[]): string => standingOf(stateOf(...records), ben.uid);

describe('news of removals', () => {
  test('reach a peer whose tracker kept silent', () => {
    expect(standing(tell([removed], [accepted]))).toBe('removed');
    expect(standing(tell([accepted], [removed]))).toBe('removed');
    expect(standing(tell([group.ended()], [accepted]))).toBe('ended');
  });

  test('say, too, who was let in again', () => {
    expect(standing(tell([back], [removed]))).toBe('member');
    expect(standing(tell([removed], [back]))).toBe('member');
  });

  test('are none between two who know the same', () => {
    expect(removalDigest(stateOf(removed)).length).toBe(64);
    expect(removalNews(stateOf(removed), removalDigest(stateOf(accepted, removed)))).toEqual([]);
    expect(removalNews(stateOf(accepted), removalDigest(stateOf()))).toEqual([]);
    const both = tell([removed], [accepted]);
    expect(removalDigest(stateOf(...both))).toEqual(removalDigest(stateOf(removed)));
  });

  test('fit into messages, however many there are, and only what differs is sent', async () => {
    const gone = await Promise.all(Array.from({ length: 200 }, () => group.grant(new Person(), 'removed')));
    const payloads = removalNews(stateOf(...gone), removalDigest(stateOf()));
    expect(payloads.length).toBeGreaterThan(2);
    for (const payload of payloads) expect(payload.length).toBeLessThanOrEqual(64 * 1024);
    expect(stateOf(...tell(gone, [])).grants.size).toBe(200);
    const [latest, ...before] = gone;
    const difference = removalNews(stateOf(...gone), removalDigest(stateOf(...before)));
    const sent = difference.flatMap((payload) => readRemovalNews(payload, stateOf(), CLUSTER));
    expect(sent.map(({ key }) => key)).toContain(latest?.key);
    expect(sent.length).toBeLessThan(60);
  });

  test('with large certificates stay within a message', async () => {
    const returned = await Promise.all(
      Array.from({ length: 80 }, () => group.grant(new Person(), 'accepted', { n: 2 })),
    );
    for (const payload of removalNews(stateOf(...returned), new Uint8Array(64))) {
      expect(payload.length).toBeLessThanOrEqual(64 * 1024);
    }
    expect(stateOf(...tell(returned, [])).members.size).toBe(81);
  });
});

describe('hostile news', () => {
  const read =
    (...records: SignedRecord[]) =>
    () =>
      readRemovalNews(encode(records.map(({ bytes }) => bytes)), stateOf(accepted), CLUSTER);

  test('of a wrong signature, kind, group or size are a fault', async () => {
    const elsewhere = await SignedGroup.found(owner, 'class');
    expect(read(group.share(ben))).toThrow('no removal from this group');
    expect(read(await elsewhere.grant(ben, 'removed'))).toThrow('no removal from this group');
    const forged = { ...removed, bytes: reSigned(removed) };
    expect(read(forged)).toThrow('wrong signature');
    expect(() => readRemovalNews(new Uint8Array(65 * 1024), stateOf(), CLUSTER)).toThrow(RecordFault);
    expect(read(...Array.from({ length: 65 }, () => removed))).toThrow('over 64 entries');
    expect(() => removalNews(stateOf(), new Uint8Array(63))).toThrow(RecordFault);
    expect(() => readRemovalNews(encode([removed.bytes]), stateOf(), 'f'.repeat(64))).toThrow(
      'wrong signature',
    );
  });

  test('by who is no owner, or older than what we know, are passed over', async () => {
    const byBen = await group.grant(ben, 'removed', { by: ben });
    expect(read(byBen)()).toEqual([]);
    expect(read(group.ended(ben))()).toEqual([]);
    const state = stateOf(back);
    expect(readRemovalNews(encode([removed.bytes]), state, CLUSTER)).toEqual([]);
  });

  test('of any bytes are a fault or nothing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          expect(readRemovalNews(bytes, stateOf(), CLUSTER)).toEqual([]);
        } catch (error) {
          expect(error).toBeInstanceOf(RecordFault);
        }
      }),
    );
  });
});

/** The same record with a signature by its author over something else. */
function reSigned(record: SignedRecord): Uint8Array {
  const signature = sign(owner.identity.privateKey, new Uint8Array());
  const at = Buffer.from(record.bytes).indexOf(Buffer.from(record.signature));
  const bytes = record.bytes.slice();
  bytes.set(signature, at);
  expect(decodeRecord(bytes).hash).toBe(record.hash);
  return bytes;
}
