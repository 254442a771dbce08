import { z } from 'zod';
import { ERROR_CODES } from '../../base/index.ts';

/** Rows and results that a node's faces show: groups, members, files, downloads, peers. */

const count = z.number().int().nonnegative();
const bytes = count;
/** A ceiling in bytes a second; null: none. */
const ceiling = count.nullable();
const list = <T extends z.ZodType>(item: T) => z.array(item).readonly();

export const createdUser = z
  .object({
    user: z.string(),
    recoveryCode: z.string().describe('shown once: 128 bits in groups of five characters'),
    weakness: z.string().optional().describe('why the password is weak, if it is'),
  })
  .readonly();

export const loggedIn = z.object({ user: z.string(), shares: count, downloads: count }).readonly();

export const whoami = z
  .object({
    user: z.string(),
    userId: z.string(),
    code: z.string().describe('of the identity key; people may compare it'),
    trackers: count,
  })
  .readonly();

const trackerState = z.object({ address: z.string(), state: z.string() }).readonly();

export const nodeStatus = z
  .object({
    user: z.string().nullable(),
    listening: z.string().describe("where this node's peers connect"),
    dataDir: z.string(),
    trackers: list(trackerState),
    shares: count,
    downloads: count,
    peers: count,
    downloadBytesPerSecond: z.number(),
    uploadBytesPerSecond: z.number(),
    downLimit: ceiling.describe('of everything, bytes a second; null: none'),
    upLimit: ceiling.describe('of everything, bytes a second; null: none'),
  })
  .readonly();

export const joinAsked = z
  .object({
    owner: z.string(),
    code: z.string().describe('the owner sees the same one beside the request'),
  })
  .readonly();

export const groupRow = z
  .object({
    group: z.string(),
    owner: z.string(),
    members: count,
    you: z.enum(['owner', 'member', 'pending', '-']),
  })
  .readonly();

export const requestRow = z
  .object({
    user: z.string(),
    code: z.string(),
    atMs: z.number().describe("when it was asked, ms since 1970, by the requester's clock"),
    invited: z.boolean().describe('made with an invitation of this owner; its key is proven'),
  })
  .readonly();

export const memberRow = z
  .object({
    user: z.string(),
    role: z.enum(['owner', 'member']),
    online: z.boolean(),
    sinceMs: z.number().describe('member since, ms since 1970'),
  })
  .readonly();

export const fileRow = z
  .object({
    file: z.string(),
    size: bytes,
    files: count.describe('1: a single file; more: a folder of so many'),
    seeds: count,
    leechers: count,
    content: z.string().describe('first 8 hex digits of the content id, more where two would look alike'),
    sharers: list(z.string()),
  })
  .readonly();

export const hashProgress = z.object({ doneBytes: bytes, totalBytes: bytes }).readonly();

export const uploaded = z
  .object({
    file: z.string(),
    content: z.string(),
    infoHash: z.string().describe('64 hex digits: for other BitTorrent programs'),
    size: bytes,
    files: count,
    leftOut: list(z.string()).describe('what was left out, in plain words'),
  })
  .readonly();

export const downloadStarted = z
  .object({ file: z.string(), path: z.string(), size: bytes, queued: z.boolean() })
  .readonly();

export const downloadRow = z
  .object({
    state: z.enum(['D', 'Q', 'P', 'C', 'F']).describe('D active, Q queued, P paused, C complete, F failed'),
    group: z.string(),
    file: z.string(),
    content: z.string().describe('content id, 64 hex digits'),
    files: count.describe('1: a single file; more: a folder of so many'),
    path: z.string(),
    doneBytes: bytes,
    totalBytes: bytes.describe('of what is wanted'),
    bytesPerSecond: z.number(),
    downLimit: ceiling.describe("the download's own ceiling in bytes a second; null: none"),
    secondsLeft: z.number().nullable(),
    peers: count,
    priority: z.enum(['low', 'normal', 'high']),
    remark: z.string().describe('nobody online, nobody reachable, why it failed, …, or empty'),
  })
  .readonly();

export const rechecked = z.object({ goodBytes: bytes, totalBytes: bytes }).readonly();

export const exported = z
  .object({
    file: z.string(),
    content: z.string(),
    infoHash: z.string(),
    folder: z.string(),
    written: list(z.string()).describe('names of the files that were written'),
    kept: list(z.string()).describe('names of those that stood there just so'),
    torrent: z.string(),
    key: z.string().describe("the file with the user's key of the group"),
    endsAtMs: z.number().describe('when the member certificate ends, ms since 1970'),
    trackers: count.describe('announce URLs in the .torrent'),
  })
  .readonly();

export const waited = z.object({ complete: count }).readonly();

export const peerRow = z
  .object({
    user: z.string(),
    address: z.string(),
    direction: z.enum(['in', 'out', '-']).describe('in: they dialled; out: we did; -: gone'),
    progress: z.number().describe('what they hold, 0 to 1'),
    bytesFrom: bytes,
    bytesTo: bytes,
    bytesPerSecondFrom: z.number(),
    bytesPerSecondTo: z.number(),
    fault: z.string().optional().describe('why they were dropped, if they broke the rules: a stable code'),
  })
  .readonly();

export const completionKind = z.enum(['group', 'user', 'member', 'request', 'file', 'download', 'share']);

const about = z.enum([
  'request',
  'accepted',
  'joined',
  'rejected',
  'removed',
  'left',
  'ended',
  'renamed',
  'key-changed',
]);

/** News that come by themselves. */
export const nodeEvent = z.discriminatedUnion('type', [
  z
    .object({
      type: z.enum(['notice', 'warning']),
      text: z.string(),
      about: about.optional().describe('what it is about, where a program may care'),
      group: z.string().optional(),
      user: z.string().optional(),
      code: z.string().optional().describe("of a request: the requester's key code"),
    })
    .readonly(),
  z.object({ type: z.literal('complete'), group: z.string(), file: z.string(), path: z.string() }).readonly(),
  z
    .object({
      type: z.literal('failed'),
      group: z.string(),
      file: z.string(),
      code: z.string(),
      text: z.string(),
    })
    .readonly(),
]);

/** Something that a list shows may have changed: ask again. */
export const nodeChange = z
  .object({
    what: z.enum(['account', 'groups', 'members', 'requests', 'files', 'downloads', 'folders', 'trackers']),
    group: z.string().optional().describe('absent: any'),
  })
  .readonly();

/** The body of every answer that is not a success. */
export const localError = z.object({
  error: z.object({ code: z.enum(ERROR_CODES), text: z.string() }),
});
