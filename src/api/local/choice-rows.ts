import { z } from 'zod';

/** Rows and terms of what goes beyond the plain download: choice of files, limits, folders, invitations, diagnosis. */

const count = z.number().int().nonnegative();
const ceiling = count.nullable();
const list = <T extends z.ZodType>(item: T) => z.array(item).readonly();

export const filePriority = z.enum(['skip', 'low', 'normal', 'high']);

export const downloadTerms = z
  .object({
    only: z
      .array(z.string().max(4096))
      .max(100_000)
      .readonly()
      .optional()
      .describe('paths inside the folder; all others are skipped'),
    hold: z
      .boolean()
      .optional()
      .describe('fetch the description, then stay paused, so that files can be chosen'),
  })
  .readonly();

export const contentFileRow = z
  .object({ path: z.string(), size: count, doneBytes: count, priority: filePriority })
  .readonly();

export const pieceMap = z
  .object({
    pieces: count,
    pieceLength: count,
    merged: z
      .boolean()
      .describe('more than 4096 pieces: `held` and `availability` have a byte for each of 4096 buckets'),
    held: z
      .string()
      .describe(
        'base64: a bit a piece, the first the highest (BEP 3); merged: a byte a bucket, 0 to 255 of it held',
      ),
    active: list(count).describe('pieces, or buckets, under way; at most 256'),
    availability: z.string().describe('base64: a byte a piece or bucket, how many connected peers hold it'),
  })
  .readonly();

export const limitRow = z
  .object({
    group: z.string().nullable().describe('null: of everything'),
    file: z.string().nullable().describe('null: of all files of the group'),
    upLimit: ceiling,
    downLimit: ceiling,
  })
  .readonly();

const minuteOfDay = z.number().int().min(0).max(1440);
export const scheduleRule = z
  .object({
    days: z
      .array(z.number().int().min(0).max(6))
      .min(1)
      .max(7)
      .readonly()
      .describe('0 Sunday to 6 Saturday: on which it begins'),
    fromMinute: minuteOfDay.describe('of the local day'),
    toMinute: minuteOfDay.describe('before fromMinute: of the day after'),
    upLimit: ceiling,
    downLimit: ceiling,
  })
  .readonly();

export const limits = z
  .object({
    rows: list(limitRow).describe('that of everything first, then groups, then files'),
    lanExempt: z.boolean(),
    schedule: list(scheduleRule),
    scheduled: z
      .boolean()
      .describe('a rule of the schedule is in force and replaces the limits of everything'),
  })
  .readonly();

export const watchRow = z
  .object({
    path: z.string(),
    group: z.string(),
    shared: count,
    waiting: count.describe('entries that are not complete yet, or not read yet'),
    fault: z.string().nullable(),
  })
  .readonly();

export const followTerms = z
  .object({
    patterns: z
      .array(z.string().min(1).max(256))
      .max(100)
      .readonly()
      .describe('globs, ! excludes; none: everything'),
    sizeMax: count.nullable().describe('bytes of one share; null: any'),
    reserveBytes: count.describe('what must stay free on the disk'),
  })
  .readonly();

export const followRow = z
  .object({
    group: z.string(),
    folder: z.string(),
    ...followTerms.unwrap().shape,
    fetched: count,
    waiting: count,
    fault: z.string().nullable(),
  })
  .readonly();

export const folders = z.object({ watches: list(watchRow), follows: list(followRow) }).readonly();

export const inviteTerms = z
  .object({
    expiresInSeconds: z
      .number()
      .int()
      .min(60)
      .max(366 * 86_400),
    uses: z.number().int().min(1).max(1000),
    auto: z.boolean().describe("the owner's node accepts by itself while it is online"),
  })
  .readonly();

export const invitation = z
  .object({
    id: z.string(),
    group: z.string(),
    link: z.string(),
    expiresAtMs: z.number(),
    uses: count,
    used: count,
    auto: z.boolean(),
    state: z.enum(['open', 'used-up', 'expired', 'withdrawn']),
  })
  .readonly();

export const invitedJoin = z.object({ group: z.string(), owner: z.string(), code: z.string() }).readonly();

export const diagnosis = z
  .object({
    version: z.string(),
    node: z.string().describe("Node.js's version"),
    trackers: list(
      z
        .object({
          address: z.string(),
          state: z.string(),
          reachable: z.boolean(),
          millis: z.number().optional().describe('round trip'),
          clockSkewMs: z.number().optional().describe('its clock less ours'),
          version: z.string().optional(),
          observed: z.string().optional().describe('the address from which it sees us'),
        })
        .readonly(),
    ),
    port: z.object({ port: count, reachable: z.boolean().nullable(), text: z.string() }).readonly(),
    clockSkewMs: z.number().nullable(),
    freeBytes: count.describe('on the disk of the data folder'),
  })
  .readonly();
