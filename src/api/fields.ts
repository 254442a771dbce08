import { z } from 'zod';
import type { ContentId, GroupId, InfoHash, UserId } from '../base/index.ts';
import { ERROR_CODES } from '../base/index.ts';

/** Bytes as unpadded base64url text. */
export const bytesField = (bytesMax: number) =>
  z
    .string()
    .max(Math.ceil((bytesMax * 4) / 3))
    .regex(/^[A-Za-z0-9_-]*$/);

const hash256 = z.string().regex(/^[0-9a-f]{64}$/);
/** The same schema, typed as the id that it proves the text to be in form. */
const idField = <T extends string>() => hash256 as unknown as z.ZodType<T, T>;

export const hashField = hash256;
export const userIdField = idField<UserId>();
export const groupIdField = idField<GroupId>();
export const contentIdField = idField<ContentId>();
export const infoHashField = idField<InfoHash>();

/** What people type for a user or a group; `~` only in names that a tracker gave (`lab~3f2a`). */
export const labelField = z.string().regex(/^[A-Za-z0-9._~-]{1,64}$/);
/** Key of a record, at most 400 characters of the alphabet that keys use. */
export const recordKeyField = z.string().regex(/^[A-Za-z0-9._~/-]{1,400}$/);
/** A signed record as its envelope's bytes: at most 64 KiB. */
export const recordField = bytesField(64 * 1024);

export const portField = z.number().int().min(1).max(65_535);
/** Where a peer may be reached: an IP address (IPv6 without brackets), never a name to look up. */
export const addressField = z.object({
  host: z.union([z.ipv4(), z.ipv6()]),
  port: portField,
});
export type PeerAddress = z.infer<typeof addressField>;

/** Random text that a client makes: names one device, or one run of it. */
export const nonceField = z.string().regex(/^[A-Za-z0-9_-]{8,64}$/);

export const errorCodeField = z.enum(ERROR_CODES);

/** The body of every answer that is not a success. */
export const apiErrorSchema = z.object({
  error: z.object({
    code: errorCodeField,
    text: z.string(),
    /** With TOO_MANY_ATTEMPTS: try again after so many milliseconds. */
    retryAfterMs: z.number().int().nonnegative().optional(),
  }),
});
export type ApiError = z.infer<typeof apiErrorSchema>;
