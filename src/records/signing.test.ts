import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { sha256Hex, toHex } from '../base/index.ts';
import { asBytes, asDict, decode, encode, type BDict, type BValue } from '../bencode/index.ts';
import { generateKey, sign } from '../identity/index.ts';
import { CLUSTER, NOW_MS, Person, SignedGroup } from '../../test/support/signed-group.ts';
import { decodeRecord } from './envelope.ts';
import { RecordFault } from './fault.ts';
import type { Bodies, RecordOf, SignedRecord } from './kinds.ts';
import { recordKey } from './record-key.ts';
import { openRecordVerifier } from './record-verifier.ts';
import { stampRecord, verifyRecord } from './signing.ts';

const OTHER_CLUSTER = sha256Hex('another cluster');
const anna = new Person();
const ben = new Person();
const clusterKey = generateKey();
const cluster = { id: sha256Hex(clusterKey.publicKey), key: clusterKey };
let group: SignedGroup;
let samples: SignedRecord[];

beforeAll(async () => {
  group = await SignedGroup.found(anna);
  samples = [
    anna.sign('user', recordKey.user(anna.uid), { n: 1, label: 'anna' }),
    anna.sign('credential', recordKey.credential(anna.uid), credential()),
    anna.sign('secret', recordKey.secret('0'.repeat(32), anna.uid), {
      purpose: 'identity',
      id: '',
      sealed: new Uint8Array(170),
    }),
    anna.sign('name', recordKey.userName('anna', anna.uid), { label: 'anna' }),
    group.record(),
    group.ended(),
    group.request(ben),
    group.left(ben),
    await group.grant(ben, 'accepted'),
    await group.grant(ben, 'removed'),
    group.share(ben, 'Große Reise.mp4'),
  ];
});

function credential(more: Partial<Bodies['credential']> = {}): Bodies['credential'] {
  return {
    n: 1,
    setup: 1,
    registration: new Uint8Array(192),
    wrapByPassword: new Uint8Array(61),
    passwordProofHash: new Uint8Array(32),
    wrapByRecovery: new Uint8Array(61),
    recoveryProofHash: new Uint8Array(32),
    ...more,
  };
}

describe('every kind of record', () => {
  test('comes back from its bytes as it was, and verifies in its cluster alone', () => {
    for (const record of samples) {
      expect(decodeRecord(record.bytes)).toEqual(record);
      expect(verifyRecord(record, CLUSTER)).toBe(true);
      expect(verifyRecord(record, OTHER_CLUSTER)).toBe(false);
    }
  });

  test('keeps no hold of the buffer it came in', () => {
    const [record] = samples;
    const bytes = record?.bytes ?? new Uint8Array();
    const large = new Uint8Array(100_000);
    large.set(bytes, 500);
    const decoded = decodeRecord(large.subarray(500, 500 + bytes.length));
    large.fill(0);
    expect(decoded).toEqual(record);
    expect(decoded.authorKey.buffer.byteLength).toBeLessThan(1000);
  });

  test('with any byte changed is refused: as malformed, or by its signature', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), (which, where, flip) => {
        const record = samples[which % samples.length] as SignedRecord;
        const at = where % record.bytes.length;
        const changed = record.bytes.map((byte, i) => (i === at ? byte ^ flip : byte));
        const decoded = tryDecode(changed);
        if (decoded) expect(verifyRecord(decoded, CLUSTER)).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  test('means nothing under another key or kind, or from another author', () => {
    const moved = editEnvelope(group.share(ben), (dict) => {
      dict.set('k', text(recordKey.share(group.gid, sha256Hex('x') as never, ben.uid)));
    });
    expect(verifyRecord(decodeRecord(moved), CLUSTER)).toBe(false);
    const recast = editEnvelope(group.left(ben), (dict) => {
      dict.set('k', text(recordKey.user(ben.uid)));
    });
    expect(() => decodeRecord(recast)).toThrow(RecordFault);
    const stolen = editEnvelope(group.share(ben), (dict) => {
      dict.set('a', anna.identity.publicKey);
    });
    expect(() => decodeRecord(stolen)).toThrow('the key names another author');
    const displacing = (): unknown => ben.sign('user', recordKey.user(anna.uid), { n: 2, label: 'x' });
    expect(displacing).toThrow('the key names another author');
  });

  test('signed twice is the same fact', () => {
    const once = group.share(ben);
    const again = group.share(ben);
    expect(toHex(again.bytes)).not.toBe(toHex(once.bytes));
    expect(again.hash).toBe(once.hash);
  });
});

describe('hostile bytes', () => {
  test('yield only RecordFault', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => tryDecode(bytes) === undefined));
  });

  test('with the form of a record and anything for fields yield only RecordFault', () => {
    const value = fc.letrec<{ value: BValue }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.integer({ min: -5, max: 2 ** 40 }),
        fc.uint8Array({ maxLength: 100 }),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.string({ maxLength: 4 }), tie('value')).map(latin1Map),
      ),
    })).value;
    const field = fc.constantFrom('a', 'b', 'k', 's', 't', 'z');
    fc.assert(
      fc.property(fc.nat(), field, value, (which, name, wrong) => {
        const record = samples[which % samples.length] as SignedRecord;
        const decoded = tryDecode(editEnvelope(record, (dict) => dict.set(name, wrong)));
        if (decoded) expect(decoded.key).toBe(record.key);
      }),
      { numRuns: 300 },
    );
  });

  test('and bodies with anything in them, too', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.oneof(fc.nat(), fc.uint8Array()), (which, field, wrong) => {
        const record = samples[which % samples.length] as SignedRecord;
        const body = asDict(decode(record.bodyBytes), 'body');
        body.set([...body.keys()][field % body.size] ?? 'n', wrong);
        tryDecode(editEnvelope(record, (dict) => dict.set('b', encode(body))));
      }),
      { numRuns: 300 },
    );
  });

  test.each<{ why: string; bytes: () => Uint8Array }>([
    { why: 'empty', bytes: () => new Uint8Array() },
    { why: '10 MB', bytes: () => new Uint8Array(10_000_000) },
    { why: 'a list a million deep', bytes: () => new Uint8Array(60_000).fill(0x6c) },
    { why: 'an unknown field', bytes: () => editEnvelope(anySample(), (dict) => dict.set('x', 1)) },
    { why: 'a body with an unknown field', bytes: () => editBody((body) => body.set('m', 1)) },
    { why: 'a body without a field', bytes: () => editBody((body) => body.delete('n')) },
    { why: 'a number below its range', bytes: () => editBody((body) => body.set('n', 0)) },
    { why: 'a number above its range', bytes: () => editBody((body) => body.set('n', 2 ** 32)) },
    {
      why: 'a label that nobody can create',
      bytes: () => editBody((body) => body.set('label', text('a~3f2a'))),
    },
    { why: 'bytes after it', bytes: () => Buffer.concat([anySample().bytes, text('e')]) },
  ])('$why', ({ bytes }) => {
    expect(() => decodeRecord(bytes())).toThrow(RecordFault);
  });
});

describe('what key and body say must agree', () => {
  test.each<{ why: string; make: () => unknown }>([
    {
      why: 'a name under the key of another',
      make: () => anna.sign('name', recordKey.userName('anna', anna.uid), { label: 'hanna' }),
    },
    {
      why: 'a first credential that replaces one',
      make: () =>
        anna.sign(
          'credential',
          recordKey.credential(anna.uid),
          credential({ previous: { hash: sha256Hex('x'), proof: new Uint8Array(32) } }),
        ),
    },
    {
      why: 'a second credential that replaces none',
      make: () => anna.sign('credential', recordKey.credential(anna.uid), credential({ n: 2 })),
    },
    {
      why: 'an identity secret of a group',
      make: () =>
        anna.sign('secret', recordKey.secret('1'.repeat(32), anna.uid), {
          purpose: 'identity',
          id: group.gid,
          sealed: new Uint8Array(9),
        }),
    },
    {
      why: 'a group by another than its owner',
      make: () => group.record([], ben),
    },
    {
      why: 'a group under an id that is not its own',
      make: () => anna.sign('group', recordKey.group(sha256Hex('x') as never, anna.uid), group.record().body),
    },
    {
      why: 'a draft of one kind with the key of another',
      make: () => anna.sign('left', recordKey.user(anna.uid), { n: 1 }),
    },
    {
      why: 'a name that is not NFC',
      make: () => group.share(ben, 'nai\u0308ve'),
    },
  ])('$why is refused', ({ make }) => {
    expect(make).toThrow(RecordFault);
  });

  test('a grant’s certificate is there when accepted, and over the key it grants', async () => {
    const { memberKey } = new Person();
    const accepted = await group.grant(ben, 'accepted');
    const { certificate } = accepted.body;
    const sure = certificate ?? new Uint8Array();
    const again = (body: Partial<Bodies['grant']>) => () =>
      anna.sign('grant', accepted.key, { ...accepted.body, ...body });
    expect(again({ memberKey: memberKey.publicKey })).toThrow('over another key');
    expect(again({ certificate: new Uint8Array(50) })).toThrow('cannot be read');
    expect(again({ verdict: 'removed', certificate: sure })).toThrow('without an acceptance');
    const { certificate: _, ...bare } = accepted.body;
    expect(() => anna.sign('grant', accepted.key, bare)).toThrow('no certificate');
  });
});

describe('signatures within', () => {
  test('nobody can ask for a certificate over the key of another', () => {
    const thief = group.request(anna);
    const body = { ...group.request(ben).body };
    const copied = anna.sign('request', thief.key, body);
    expect(verifyRecord(copied, CLUSTER)).toBe(false);
  });

  test('a stamp is the cluster’s, over this claim and this time', () => {
    const person = new Person(cluster.id);
    const claim = person.sign('name', recordKey.userName('anna', person.uid), { label: 'anna' });
    const stamped = stampRecord(claim, NOW_MS, cluster);
    expect(verifyRecord(claim, cluster.id)).toBe(true);
    expect(verifyRecord(stamped, cluster.id)).toBe(true);
    expect(decodeRecord(stamped.bytes)).toEqual(stamped);
    expect(stamped.stamp?.ms).toBe(NOW_MS);
    expect(verifyRecord(decodeRecord(withStampTime(stamped, NOW_MS - 1)), cluster.id)).toBe(false);
    const forger = { id: cluster.id, key: generateKey() };
    expect(verifyRecord(stampRecord(claim, NOW_MS, forger), cluster.id)).toBe(false);
    const other = person.sign('name', recordKey.userName('Anna', person.uid), { label: 'Anna' });
    const moved = editEnvelope(other, (dict) => dict.set('t', envelopeOf(stamped).get('t') ?? 0));
    expect(verifyRecord(decodeRecord(moved), cluster.id)).toBe(false);
    const misplaced = editEnvelope(anySample(), (dict) => dict.set('t', envelopeOf(stamped).get('t') ?? 0));
    expect(() => decodeRecord(misplaced)).toThrow('only names are stamped');
  });
});

describe('verifying many', () => {
  test('says of each what verifying it alone says', async () => {
    const verifier = openRecordVerifier(2);
    try {
      const forged = editEnvelope(group.share(anna), (dict) => {
        dict.set('s', sign(ben.identity.privateKey, new Uint8Array()));
      });
      const foreign = new Person(OTHER_CLUSTER);
      const records = [
        ...samples,
        decodeRecord(forged),
        anna.sign('request', recordKey.request(group.gid, anna.uid), group.request(ben).body),
        foreign.sign('user', recordKey.user(foreign.uid), { n: 1, label: 'x' }),
        ...samples,
      ];
      const expected = records.map((record) => verifyRecord(record, CLUSTER));
      expect(expected.filter((good) => !good).length).toBe(3);
      expect(await verifier.verify(records, CLUSTER)).toEqual(expected);
      expect(await verifier.verify(samples, OTHER_CLUSTER)).toEqual(samples.map(() => false));
    } finally {
      await verifier.close();
    }
  });
});

function tryDecode(bytes: Uint8Array): SignedRecord | undefined {
  try {
    return decodeRecord(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(RecordFault);
    return undefined;
  }
}

const text = (value: string): Uint8Array => Buffer.from(value);
const anySample = (): SignedRecord => samples[0] as SignedRecord;
const latin1Map = (values: Record<string, BValue>): BDict =>
  new Map(Object.entries(values).map(([key, value]) => [Buffer.from(key).toString('latin1'), value]));
const envelopeOf = (record: SignedRecord): BDict => asDict(decode(record.bytes), 'record');

function editEnvelope(record: SignedRecord, edit: (dict: BDict) => unknown): Uint8Array {
  const dict = envelopeOf(record);
  edit(dict);
  return encode(dict);
}

function editBody(edit: (body: BDict) => unknown): Uint8Array {
  return editEnvelope(anySample(), (dict) => {
    const body = asDict(decode(asBytes(dict.get('b') ?? 0, 'b')), 'body');
    edit(body);
    dict.set('b', encode(body));
  });
}

function withStampTime(record: RecordOf<'name'>, ms: number): Uint8Array {
  return editEnvelope(record, (dict) => asDict(dict.get('t') ?? 0, 't').set('m', ms));
}
