import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import {
  addressField,
  bytesField,
  contentIdField,
  errorCodeField,
  groupIdField,
  hashField,
  infoHashField,
  labelField,
  nonceField,
  portField,
  recordField,
  recordKeyField,
  userIdField,
} from './fields.ts';

const KIB = 1024;
/** Records in one call or one page of an answer. */
export const RECORDS_PER_CALL_MAX = 256;
/** Keys that one call of `mine` may carry. */
export const DIGESTS_PER_CALL_MAX = 2_000;
/** Contents that one device may announce. */
export const CONTENTS_PER_DEVICE_MAX = 5_000;
/** How often a client says that it is there, and after how long without it is gone. */
export const PRESENCE_HEARTBEAT_MS = 3_000;
export const PRESENCE_GONE_MS = 8_000;
/** How often a tracker writes a comment into each event stream. */
export const EVENTS_HEARTBEAT_MS = 3_000;

const none = z.object({});
const recordsResult = z.object({ records: z.array(recordField) });
const recordsPage = z.object({
  records: z.array(recordField),
  /** Give it as `after` to read on; missing at the end. A page may be empty and still have a next one. */
  next: z.string().optional(),
});
const afterQuery = z.object({ after: z.string().max(400).optional() });

const noInput = { params: none, query: none, body: none, bodyBytesMax: 0 };
const noParams = { params: none, query: none };

const cluster = endpoint({
  ...noInput,
  method: 'get',
  path: '/v1/cluster',
  access: 'open',
  summary: 'Which cluster this tracker belongs to, and how the others of it are',
  result: z.object({
    /** SHA-256 of the public key of the cluster's authority: the fingerprint in tracker_info.txt. */
    cluster: hashField,
    /** The authority's certificate, PEM. */
    ca: z.string(),
    /** Every tracker of this tracker's list, in order. */
    trackers: z.array(
      z.object({
        address: z.string(),
        state: z.enum(['self', 'connected', 'connecting', 'different_cluster']),
      }),
    ),
    /** This tracker's line, from 1. */
    line: z.number().int(),
    /** Its wall clock, ms since 1970. */
    nowMs: z.number(),
    /** Of the program; trackers before it had one don't say. */
    version: z.string().max(64).optional(),
  }),
});

const registrationStart = endpoint({
  ...noParams,
  method: 'post',
  path: '/v1/registration/start',
  access: 'open',
  summary: 'OPAQUE: begins a registration (of a new account, or of a new password)',
  body: z.object({ uid: userIdField, request: bytesField(1_024) }),
  bodyBytesMax: 4 * KIB,
  result: z.object({
    response: bytesField(4_096),
    /** Version of the set-up that the credential record must name. */
    setup: z.number().int(),
  }),
});

const loginStart = endpoint({
  ...noParams,
  method: 'post',
  path: '/v1/login/start',
  access: 'open',
  summary: 'OPAQUE: begins a log-in; counts as an attempt. NO_SUCH_USER, TOO_MANY_ATTEMPTS',
  body: z.object({ user: labelField, request: bytesField(1_024) }),
  bodyBytesMax: 4 * KIB,
  result: z.object({
    /** Names this log-in to `login/finish`, once, within a minute, at the same tracker. */
    login: z.string(),
    /** The identifier that OPAQUE was given for the client. */
    uid: userIdField,
    setup: z.number().int(),
    response: bytesField(4_096),
  }),
});

const loginFinish = endpoint({
  ...noParams,
  method: 'post',
  path: '/v1/login/finish',
  access: 'open',
  summary:
    'OPAQUE: proves the password; answers with the user, credential, name and secret records. WRONG_PASSWORD',
  body: z.object({ login: z.string().max(64), finish: bytesField(1_024) }),
  bodyBytesMax: 4 * KIB,
  result: recordsResult,
});

const recover = endpoint({
  ...noParams,
  method: 'post',
  path: '/v1/recover',
  access: 'open',
  summary:
    'The records of log-in for who has the recovery code; counts as an attempt. NO_SUCH_USER, WRONG_CODE',
  body: z.object({ user: labelField, proof: bytesField(64) }),
  bodyBytesMax: 4 * KIB,
  result: recordsResult,
});

const name = endpoint({
  method: 'get',
  path: '/v1/names/{kind}/{label}',
  access: 'open',
  summary: 'Who holds a label, with the records that show it. NO_SUCH_USER, NO_SUCH_GROUP',
  params: z.object({ kind: z.enum(['user', 'group']), label: labelField }),
  query: none,
  body: none,
  bodyBytesMax: 0,
  result: z.object({
    id: hashField,
    /** As its holder wrote it, or the renamed form. */
    label: labelField,
    /** The claims to it; then the user record, or the group's record and the end of it. */
    records: z.array(recordField),
  }),
});

const putResult = z.object({
  /**
   * `applied`: stored, or already there. `stale`: a newer one is there. `conflict`: `expect` did not hold.
   * `refused`: `code` and `text` say why.
   */
  status: z.enum(['applied', 'stale', 'conflict', 'refused']),
  code: errorCodeField.optional(),
  text: z.string().optional(),
  /** What is stored now under the key, where it is not the very record sent: a stamped claim, a newer record. */
  current: recordField.optional(),
});
export type PutResult = z.infer<typeof putResult>;

const putRecords = endpoint({
  ...noParams,
  method: 'post',
  path: '/v1/records',
  access: 'open',
  summary:
    "Stores signed records (an account's user record first; claims of names without a stamp); a claim to a taken name refuses the whole call. USER_EXISTS, GROUP_EXISTS",
  body: z.object({
    records: z.array(recordField).min(1).max(RECORDS_PER_CALL_MAX),
    /** Compare-and-set: nothing of this call is stored unless this key holds this hash (null: is absent). */
    expect: z.object({ key: recordKeyField, hash: hashField.nullable() }).optional(),
  }),
  bodyBytesMax: 1_536 * KIB,
  result: z.object({
    results: z.array(putResult),
    /**
     * Where what was applied is safe on disk. `replicated`: here and at another tracker at least. `alone`: here,
     * and no other tracker is connected (or listed). `unconfirmed`: here; no other answered within a second.
     */
    copies: z.enum(['replicated', 'alone', 'unconfirmed']),
  }),
});

const listRecords = endpoint({
  method: 'get',
  path: '/v1/records',
  access: 'identity',
  summary:
    "Records whose key begins with `prefix`, as far as this user may read them; its own where it's left out",
  params: none,
  query: z.object({
    /** `<kind>/<id>…`, or `secret/` for one's own; a group's records need the group's id in it. */
    prefix: z.string().max(400).optional(),
    after: z.string().max(400).optional(),
  }),
  body: none,
  bodyBytesMax: 0,
  result: recordsPage,
});

const groupRecords = endpoint({
  method: 'get',
  path: '/v1/groups/{gid}/records',
  access: 'account',
  summary: 'All records of one group that this user may read, or only those that decide who is in it',
  params: z.object({ gid: groupIdField }),
  /** `rights`: no shares, which may be thousands. */
  query: afterQuery.extend({ only: z.literal('rights').optional() }),
  body: none,
  bodyBytesMax: 0,
  result: recordsPage,
});

const mine = endpoint({
  ...noParams,
  method: 'post',
  path: '/v1/mine',
  access: 'identity',
  summary: 'Compares what a client holds of its own with what the tracker holds',
  body: z.object({ digests: z.array(z.tuple([recordKeyField, hashField])).max(DIGESTS_PER_CALL_MAX) }),
  bodyBytesMax: 768 * KIB,
  result: z.object({
    /** Keys that the tracker lacks or holds something else under: put these again. */
    want: z.array(recordKeyField),
    /** What it holds instead; the client keeps whichever supersedes. */
    newer: z.array(recordField),
  }),
});

const groupRow = z.object({
  gid: groupIdField,
  label: labelField,
  owner: userIdField,
  ownerLabel: labelField,
  /** Members that count, the owner included. */
  members: z.number().int(),
  ended: z.boolean(),
  /** The group's record: genesis and epochs. */
  records: z.array(recordField),
});
export type TrackerGroupRow = z.infer<typeof groupRow>;

const groups = endpoint({
  method: 'get',
  path: '/v1/groups',
  access: 'account',
  summary: 'Every group: label, owner, number of members, epochs',
  params: none,
  query: afterQuery,
  body: none,
  bodyBytesMax: 0,
  result: z.object({ groups: z.array(groupRow), next: z.string().optional() }),
});

const labels = endpoint({
  method: 'get',
  path: '/v1/labels',
  access: 'account',
  summary: 'Labels of users and groups by id; an unknown id is left out',
  params: none,
  query: z.object({
    /** Up to 100 ids, separated by commas. */
    ids: z.string().regex(/^[0-9a-f]{64}(,[0-9a-f]{64}){0,99}$/),
  }),
  body: none,
  bodyBytesMax: 0,
  result: z.object({ labels: z.record(z.string(), labelField) }),
});

const online = endpoint({
  method: 'get',
  path: '/v1/groups/{gid}/online',
  access: 'account',
  summary: 'Who of a group is online at this tracker, and how its swarms stand. NOT_A_MEMBER',
  params: z.object({ gid: groupIdField }),
  query: none,
  body: none,
  bodyBytesMax: 0,
  result: z.object({
    /** Member → online since, ms since 1970 by the tracker's clock. */
    members: z.record(z.string(), z.number()),
    /** By content id. */
    swarms: z.record(z.string(), z.object({ seeds: z.number().int(), leechers: z.number().int() })),
  }),
});

const announceUrls = endpoint({
  method: 'get',
  path: '/v1/groups/{gid}/announce',
  access: 'account',
  summary: 'Where other BitTorrent programs of this member announce in the group. NOT_A_MEMBER',
  params: z.object({ gid: groupIdField }),
  query: none,
  body: none,
  bodyBytesMax: 0,
  result: z.object({
    /** One for each tracker known to take announcements; secret, as each holds the member's key. All of one tier. */
    urls: z.array(z.string().max(300)).max(16),
  }),
});

const reachability = endpoint({
  ...noParams,
  method: 'post',
  path: '/v1/reachability',
  access: 'open',
  summary:
    "Dials the caller's own address at this port, once, and says a TLS hello with this server name; what comes of it is not told. TOO_MANY_ATTEMPTS",
  body: z.object({ port: portField, name: z.string().regex(/^[0-9a-f]{40}$/) }),
  bodyBytesMax: KIB,
  result: z.object({
    /** The address that is dialled: from which the tracker sees this client. */
    observed: z.string(),
  }),
});

const announcedContent = z.object({
  gid: groupIdField,
  content: contentIdField,
  infoHash: infoHashField,
  have: z.number().min(0).max(1),
  seed: z.boolean(),
});
export type AnnouncedContent = z.infer<typeof announcedContent>;

const presence = endpoint({
  ...noParams,
  method: 'post',
  path: '/v1/presence',
  access: 'account',
  summary: 'Heartbeat of a device, every 3 s; gone after 8 s without, or at once with `goodbye`',
  body: z.object({
    device: nonceField,
    boot: nonceField,
    /** Grows by one with each change of what is announced. A heartbeat repeats it, without `contents`. */
    version: z.number().int().nonnegative(),
    port: portField,
    /** Further addresses to be reached at; at most 16. */
    addresses: z.array(addressField).max(16),
    /** True: `contents` is all. False: it changes the version before this one. */
    full: z.boolean(),
    contents: z.array(announcedContent).max(CONTENTS_PER_DEVICE_MAX).optional(),
    /** No longer announced. */
    gone: z
      .array(z.object({ gid: groupIdField, content: contentIdField }))
      .max(CONTENTS_PER_DEVICE_MAX)
      .optional(),
    goodbye: z.boolean().optional(),
  }),
  bodyBytesMax: 1_536 * KIB,
  result: z.object({
    /** The address from which the tracker sees this client. */
    observed: z.string(),
    /** The tracker does not know the version that this one builds on: announce in full. */
    need: z.literal('full').optional(),
  }),
});
export type PresenceReport = z.infer<(typeof presence)['body']>;

/** Server-sent events: see `trackerEvents`. It has no JSON result. */
const events = endpoint({
  ...noInput,
  method: 'get',
  path: '/v1/events',
  access: 'identity',
  summary: 'Stream of server-sent events: hello, record, swarm, lost',
  result: none,
});

/** Every call that a client may make of a tracker. */
export const trackerApi = {
  cluster,
  registrationStart,
  loginStart,
  loginFinish,
  recover,
  name,
  putRecords,
  listRecords,
  groupRecords,
  mine,
  groups,
  labels,
  online,
  announceUrls,
  reachability,
  presence,
  events,
} as const;
