import { z } from 'zod';

/** What concerns the node's process, not the user's account: its state, the page's link, folders that the page may use. */

export const nodeState = z
  .object({
    version: z.string(),
    pid: z.number().int(),
    boot: z.string().describe('changes when the node starts anew'),
    startedAtMs: z.number(),
    dataDir: z.string(),
    state: z
      .enum(['not-set-up', 'starting', 'logged-out', 'logged-in', 'waiting'])
      .describe('waiting: for a tracker, to log in by what is remembered'),
    user: z.string().nullable(),
    text: z.string().describe('why it waits, or what to do; or empty'),
    web: z.string().nullable().describe('origin of the page'),
  })
  .readonly();

export const setUp = z
  .object({
    trackers: z.string().min(1).max(65_536).optional().describe('text of a tracker_info.txt'),
    invitation: z
      .string()
      .min(1)
      .max(4096)
      .optional()
      .describe('link of an invitation, which names its trackers'),
  })
  .refine((given) => (given.trackers === undefined) !== (given.invitation === undefined), {
    message: 'give either trackers or invitation',
  });

export const webLink = z.object({ link: z.string(), expiresAtMs: z.number() }).readonly();

export const openedSession = z
  .object({ key: z.string().describe('kept by the page, for its own origin; shown with every request') })
  .readonly();

export const openedLink = z
  .object({
    url: z
      .string()
      .describe('path on this origin; secret, for this user; its file can be read without a cookie'),
    name: z.string(),
    size: z.number().int().nonnegative(),
    type: z.string().describe('media type'),
    preview: z.enum(['image', 'video', 'audio', 'text', 'none']),
  })
  .readonly();

export const places = z
  .object({
    folders: z.array(z.string()).readonly(),
    downloads: z.string().describe('where the page downloads to unless told otherwise'),
  })
  .readonly();

export const placeListing = z
  .object({
    path: z.string(),
    parent: z.string().nullable().describe('null: the page may go no higher'),
    entries: z
      .array(
        z.object({ name: z.string(), path: z.string(), folder: z.boolean(), size: z.number() }).readonly(),
      )
      .readonly(),
    more: z.boolean().describe('there are more than are listed'),
  })
  .readonly();

export const begunDrop = z
  .object({ id: z.string(), path: z.string().describe('where the bytes are kept, and shared from') })
  .readonly();
