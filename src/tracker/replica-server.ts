import { sha256Hex, toBase64Url } from '../base/index.ts';
import type { RecordStore } from '../store/index.ts';
import type { Announcing } from './announce/announcing.ts';
import type { ApiServer } from './api-server.ts';
import type { RecordIntake } from './record-intake.ts';
import { EXCHANGE_BYTES_MAX, replicaApi } from './replica-contract.ts';

/** One hash for all that a tracker holds. */
export const rootOf = (digests: Uint8Array): string => sha256Hex(digests);

/** What a tracker tells others of itself, and where it takes in what they say of other BitTorrent programs. */
export interface ReplicaSelf {
  readonly boot: string;
  readonly announceBase: () => string | undefined;
  readonly announcing: Pick<Announcing, 'take'>;
}

/** Answers the other trackers of the cluster. */
export function serveReplicas(
  server: ApiServer,
  store: RecordStore,
  intake: RecordIntake,
  self: ReplicaSelf,
): void {
  server.on(replicaApi.hello, async () => {
    const announce = self.announceBase();
    return {
      boot: self.boot,
      root: rootOf(await store.digests()),
      ...(announce !== undefined && { announce }),
    };
  });
  server.on(replicaApi.foreign, async ({ body }) => {
    await self.announcing.take(body);
    return {};
  });
  server.on(replicaApi.digests, async () => ({ digests: toBase64Url(await store.digests()) }));
  server.on(replicaApi.lists, async ({ body }) => {
    const lists = await Promise.all(body.buckets.map((bucket) => store.bucket(bucket)));
    return { pairs: lists.flat() };
  });
  server.on(replicaApi.fetch, async ({ body }) => ({ records: await firstThatFit(store, body.keys) }));
  server.on(replicaApi.put, async ({ body }) => {
    const outcomes = await intake.takeFromTracker(body.records);
    const sent = new Set(body.records);
    const newer = outcomes
      .flatMap((outcome) => (outcome.status === 'stale' ? [toBase64Url(outcome.current.bytes)] : []))
      .filter((text) => !sent.has(text));
    return { newer };
  });
}

async function firstThatFit(store: RecordStore, keys: readonly string[]): Promise<string[]> {
  const records: string[] = [];
  let bytes = 0;
  for (const key of keys) {
    const record = await store.get(key);
    if (!record) continue;
    bytes += record.bytes.length;
    if (records.length > 0 && bytes > EXCHANGE_BYTES_MAX) break;
    records.push(toBase64Url(record.bytes));
  }
  return records;
}
