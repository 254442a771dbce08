import { z } from 'zod';
import {
  addressField,
  bytesField,
  contentIdField,
  endpoint,
  groupIdField,
  hashField,
  infoHashField,
  nonceField,
  portField,
  recordField,
  recordKeyField,
  userIdField,
} from '../api/index.ts';
import { BUCKET_COUNT, DIGEST_BYTES } from '../store/index.ts';

/** Buckets whose lists are asked for at once. */
export const BUCKETS_PER_CALL = 256;
/** Records fetched or pushed at once. */
export const RECORDS_PER_EXCHANGE = 512;
/** An answer with records stops growing beyond this; what is missing in it is asked for again. */
export const EXCHANGE_BYTES_MAX = 4 * 1024 * 1024;

/** Other BitTorrent programs that one call speaks of. */
export const FOREIGN_PER_EXCHANGE = 500;

const none = z.object({});
/** Where another BitTorrent program is, and how long ago it said so. */
const sighted = {
  gid: groupIdField,
  host: addressField.shape.host,
  port: portField,
  ageMs: z.number().int().nonnegative(),
};
const hex20 = z.string().regex(/^[0-9a-f]{40}$/);
const parts = { params: none, query: none, access: 'tracker', method: 'post' } as const;

/** What trackers of one cluster ask of each other. */
export const replicaApi = {
  hello: endpoint({
    ...parts,
    path: '/v1/replica/hello',
    summary: 'Says that the caller is there, and answers how things stand here',
    body: z.object({ boot: nonceField }),
    bodyBytesMax: 1_024,
    result: z.object({
      boot: nonceField,
      /** SHA-256 of all bucket digests; equal roots mean equal records. */
      root: hashField,
      /** `http://ip:port` where other BitTorrent programs announce, if this tracker takes announcements. */
      announce: z.string().max(100).optional(),
    }),
  }),
  digests: endpoint({
    ...parts,
    path: '/v1/replica/digests',
    summary: 'The digests of all buckets',
    body: none,
    bodyBytesMax: 1_024,
    result: z.object({ digests: bytesField(BUCKET_COUNT * DIGEST_BYTES) }),
  }),
  lists: endpoint({
    ...parts,
    path: '/v1/replica/lists',
    summary: 'Keys and hashes of the records in some buckets',
    body: z.object({
      buckets: z
        .array(
          z
            .number()
            .int()
            .min(0)
            .max(BUCKET_COUNT - 1),
        )
        .max(BUCKETS_PER_CALL),
    }),
    bodyBytesMax: 16 * 1024,
    result: z.object({ pairs: z.array(z.tuple([recordKeyField, hashField])) }),
  }),
  fetch: endpoint({
    ...parts,
    path: '/v1/replica/fetch',
    summary: 'The records of some keys, as many of the first as fit into an answer',
    body: z.object({ keys: z.array(recordKeyField).max(RECORDS_PER_EXCHANGE) }),
    bodyBytesMax: 256 * 1024,
    result: z.object({ records: z.array(recordField) }),
  }),
  put: endpoint({
    ...parts,
    path: '/v1/replica/put',
    summary: 'Stores records of the caller; when it answers they are on disk',
    body: z.object({ records: z.array(recordField).max(RECORDS_PER_EXCHANGE) }),
    bodyBytesMax: 2 * EXCHANGE_BYTES_MAX,
    /** What is here and supersedes what was sent. */
    result: z.object({ newer: z.array(recordField) }),
  }),
  foreign: endpoint({
    ...parts,
    path: '/v1/replica/foreign',
    summary: 'Other BitTorrent programs that announced at the caller, and those that stopped',
    body: z.object({
      peers: z
        .array(
          z.object({
            ...sighted,
            content: contentIdField,
            infoHash: infoHashField,
            uid: userIdField,
            peerId: hex20,
            seed: z.boolean(),
          }),
        )
        .max(FOREIGN_PER_EXCHANGE),
      /** `hash`: the info-hash cut to 20 bytes. */
      gone: z.array(z.object({ ...sighted, hash: hex20 })).max(FOREIGN_PER_EXCHANGE),
    }),
    bodyBytesMax: 512 * 1024,
    result: none,
  }),
} as const;
