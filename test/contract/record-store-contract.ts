import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sha256Hex } from '../../src/base/index.ts';
import type { RecordStore, StoreNews } from '../../src/store/index.ts';
import { BUCKET_COUNT, DIGEST_BYTES } from '../../src/store/index.ts';
import { SampleUser } from './sample-records.ts';

const CLUSTER = sha256Hex('cluster');

/** What every RecordStore must do. `open` gives an empty one each time. */
export function recordStoreContract(name: string, open: () => Promise<RecordStore>): void {
  describe(`RecordStore: ${name}`, () => {
    const anna = new SampleUser(CLUSTER);
    const ben = new SampleUser(CLUSTER);
    let store: RecordStore;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());

    test('gives back what was merged, byte for byte', async () => {
      const record = anna.share(1);
      expect(await store.get(record.key)).toBeUndefined();
      expect(await store.merge([record])).toEqual([{ status: 'applied' }]);
      expect((await store.get(record.key))?.bytes).toEqual(record.bytes);
      expect(await store.count()).toBe(1);
    });

    test('keeps the superseding record, in whatever order they come', async () => {
      const older = anna.share(1, 1);
      const newer = anna.share(1, 2);
      await store.merge([newer]);
      const [outcome] = await store.merge([older]);
      expect(outcome).toMatchObject({ status: 'stale', current: { hash: newer.hash } });
      const other = anna.share(2, 1);
      await store.merge([other]);
      expect(await store.merge([anna.share(2, 2)])).toEqual([{ status: 'applied' }]);
      expect((await store.get(other.key))?.body).toMatchObject({ n: 2 });
      expect(await store.count()).toBe(2);
    });

    test('answers a repeated record as stale, with itself as the current one', async () => {
      const record = anna.share(1);
      await store.merge([record]);
      expect(await store.merge([record])).toMatchObject([
        { status: 'stale', current: { hash: record.hash } },
      ]);
    });

    test('settles several records of one key in one call', async () => {
      const outcomes = await store.merge([anna.share(1, 1), anna.share(1, 3), anna.share(1, 2)]);
      expect(outcomes.map((outcome) => outcome.status)).toEqual(['applied', 'applied', 'stale']);
      expect((await store.get(anna.share(1).key))?.body).toMatchObject({ n: 3 });
    });

    test('compare-and-set stores all or nothing', async () => {
      const first = anna.share(1, 1);
      const second = anna.share(1, 2);
      const along = anna.share(2, 1);
      const absent = { key: first.key, hash: null };
      expect(await store.merge([first], absent)).toEqual([{ status: 'applied' }]);
      const refused = await store.merge([second, along], { key: first.key, hash: second.hash });
      expect(refused).toMatchObject([
        { status: 'conflict', current: { hash: first.hash } },
        { status: 'conflict', current: { hash: first.hash } },
      ]);
      expect(await store.get(along.key)).toBeUndefined();
      const expected = { key: first.key, hash: first.hash };
      expect(await store.merge([second, along], expected)).toEqual([
        { status: 'applied' },
        { status: 'applied' },
      ]);
      const repeated = await store.merge([second, along], expected);
      expect(repeated.map((outcome) => outcome.status)).toEqual(['stale', 'stale']);
    });

    test('of two that compare and set at once, one wins', async () => {
      const key = anna.share(1).key;
      const outcomes = await Promise.all(
        ['one', 'other'].map((title) => store.merge([anna.share(1, 1, title)], { key, hash: null })),
      );
      expect(outcomes.map(([outcome]) => outcome?.status)).toEqual(['applied', 'conflict']);
    });

    test('lists by prefix in the order of keys, page by page', async () => {
      const shares = Array.from({ length: 25 }, (_, number) => anna.share(number));
      await store.merge([...shares, anna.user(), ben.user()]);
      const seen: string[] = [];
      let after: string | undefined;
      do {
        const page = await store.list('share/', after, 10);
        seen.push(...page.records.map((record) => record.key));
        after = page.next;
      } while (after !== undefined);
      expect(seen).toEqual(shares.map((share) => share.key).toSorted());
      expect((await store.list('user/', undefined, 10)).records).toHaveLength(2);
      expect(await store.list('left/', undefined, 10)).toMatchObject({ records: [], next: undefined });
      expect((await store.list('', undefined, 100)).records).toHaveLength(27);
      expect((await store.list('user/', 'share/zzz', 10)).records).toHaveLength(2);
    });

    test('has no next page after exactly as many as asked for', async () => {
      await store.merge([anna.share(1), anna.share(2)]);
      expect((await store.list('share/', undefined, 2)).next).toBeUndefined();
    });

    test("lists and counts one author's records", async () => {
      await store.merge([anna.user(), anna.share(1), ben.user(), ben.share(1)]);
      const page = await store.listOf(anna.uid, undefined, 1);
      const rest = await store.listOf(anna.uid, page.next, 10);
      const keys = [...page.records, ...rest.records].map((record) => record.key);
      expect(keys).toEqual([anna.share(1).key, anna.user().key]);
      expect(await store.countOf(anna.uid)).toBe(2);
    });

    test('has equal digests for equal contents, whatever the order, and differs in the buckets that differ', async () => {
      const empty = await store.digests();
      expect(empty).toEqual(new Uint8Array(BUCKET_COUNT * DIGEST_BYTES));
      const records = Array.from({ length: 40 }, (_, number) => anna.share(number));
      await store.merge(records);
      const other = await open();
      try {
        await other.merge(records.toReversed());
        expect(await other.digests()).toEqual(await store.digests());
        await other.merge([anna.share(7, 2)]);
        const differing = bucketsOf(await store.digests(), await other.digests());
        expect(differing).toHaveLength(1);
        const pairs = await other.bucket(differing[0] ?? -1);
        expect(pairs).toContainEqual([anna.share(7).key, anna.share(7, 2).hash]);
      } finally {
        await other.close();
      }
    });

    test('buckets together hold every pair once, in the order of keys', async () => {
      const records = Array.from({ length: 200 }, (_, number) => anna.share(number));
      await store.merge(records);
      const pairs: [string, string][] = [];
      for (let index = 0; index < BUCKET_COUNT; index += 1) {
        const bucket = await store.bucket(index);
        expect(bucket).toEqual(bucket.toSorted(([a], [b]) => (a < b ? -1 : 1)));
        pairs.push(...bucket);
      }
      expect(new Map(pairs)).toEqual(new Map(records.map((record) => [record.key, record.hash])));
    });

    test('tells watchers of what was applied, and nothing else', async () => {
      const news: StoreNews[] = [];
      const stop = store.watch(store.position(), (one) => news.push(one));
      await store.merge([anna.share(1, 2)]);
      await store.merge([anna.share(1, 1)]);
      await store.merge([anna.share(2)]);
      stop();
      await store.merge([anna.share(3)]);
      expect(keysOf(news)).toEqual([anna.share(1).key, anna.share(2).key]);
    });

    test('tells who watches from an earlier position what it missed', async () => {
      await store.merge([anna.share(1)]);
      const { position } = await store.list('', undefined, 10);
      await store.merge([anna.share(2)]);
      const news: StoreNews[] = [];
      store.watch(position, (one) => news.push(one));
      await store.merge([anna.share(3)]);
      expect(keysOf(news)).toEqual([anna.share(2).key, anna.share(3).key]);
    });

    test('says lost for a position of another life, and goes on', async () => {
      const news: StoreNews[] = [];
      for (const position of ['', `${randomUUID()}.0`, 'x', `${store.position()}9`]) {
        store.watch(position, (one) => news.push(one));
      }
      expect(news.map((one) => one.type)).toEqual(['lost', 'lost', 'lost', 'lost']);
      await store.merge([anna.share(1)]);
      expect(news.filter((one) => one.type === 'changes')).toHaveLength(4);
    });

    test('says lost for a position that is too long ago', async () => {
      const position = store.position();
      const parts = Array.from({ length: 20 }, (_, n) => n);
      for (const part of parts) {
        await store.merge(Array.from({ length: 500 }, (_, n) => anna.share(0, 1 + part * 500 + n)));
      }
      const news: StoreNews[] = [];
      store.watch(position, (one) => news.push(one));
      expect(news).toMatchObject([{ type: 'lost' }]);
    });

    test('closes twice', async () => {
      await store.close();
      await store.close();
    });
  });
}

function bucketsOf(a: Uint8Array, b: Uint8Array): number[] {
  const differing = new Set<number>();
  for (const [at, byte] of a.entries()) if (byte !== b[at]) differing.add(Math.floor(at / DIGEST_BYTES));
  return [...differing];
}

const keysOf = (news: readonly StoreNews[]): string[] =>
  news.flatMap((one) => (one.type === 'changes' ? one.records.map((record) => record.key) : ['lost']));
