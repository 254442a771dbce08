import { z } from 'zod';
import { CommandError, secretBytes, toBase64Url } from '../../base/index.ts';
import { readPrivateFile, writePrivateFile } from '../private-file.ts';

const invitationSchema = z.object({
  /** 16 hex digits. */
  id: z.string(),
  gid: z.string(),
  /** 16 bytes, base64url: whoever knows it can be let in by it. */
  secret: z.string(),
  /** Ms since 1970, whole seconds. */
  expiresAtMs: z.number(),
  /** How many it is for. */
  uses: z.number(),
  auto: z.boolean(),
  withdrawn: z.boolean(),
  /** Requests that were accepted with it, as `<uid>/<n>`. */
  usedBy: z.array(z.string()),
});
export type KeptInvitation = z.infer<typeof invitationSchema>;

const stateSchema = z.object({
  /** Names this device to trackers and peers; random, made once. */
  device: z.string(),
  /** `@` and folded label → id first seen under it, with the label as it was written. */
  pins: z.object({
    user: z.record(z.string(), z.object({ id: z.string(), label: z.string() })),
    group: z.record(z.string(), z.object({ id: z.string(), label: z.string() })),
  }),
  /** Group → how this user stood in it when it last was told. */
  standings: z.record(z.string(), z.string()),
  /** Group → requests of others that this user was told of, as `<uid>/<n>`. */
  toldRequests: z.record(z.string(), z.array(z.string())),
  /** Names under which this user and its groups were last known, by id. */
  ownNames: z.record(z.string(), z.string()),
  /** Ids of which this user was told that they bear another's name. */
  toldKeys: z.array(z.string()).default([]),
  /** Invitations made on this device, oldest first. */
  invitations: z.array(invitationSchema).default([]),
});
export type UserStateData = z.infer<typeof stateSchema>;

/** What one user's client remembers on this machine besides records. Changes are written one write at a time. */
export class UserState {
  readonly data: UserStateData;
  readonly #path: string;
  readonly #onFailure: (error: unknown) => void;
  #dirty = false;
  #writing: Promise<void> = Promise.resolve();

  private constructor(path: string, data: UserStateData, onFailure: (error: unknown) => void) {
    this.#path = path;
    this.data = data;
    this.#onFailure = onFailure;
  }

  /** `onFailure` is told when a change could not be written. Rejects with IO_ERROR where the file is damaged. */
  static async open(path: string, onFailure: (error: unknown) => void): Promise<UserState> {
    const bytes = await readPrivateFile(path);
    if (bytes === undefined) return new UserState(path, emptyState(), onFailure);
    try {
      return new UserState(
        path,
        stateSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8'))),
        onFailure,
      );
    } catch (error) {
      throw new CommandError(
        'IO_ERROR',
        `${path} is damaged; restore it, or delete it (names seen so far are then trusted anew)`,
        { cause: error },
      );
    }
  }

  /** After a change of `data`: several in one turn are one write. */
  save(): void {
    if (this.#dirty) return;
    this.#dirty = true;
    this.#writing = this.#writing
      .then(() => {
        this.#dirty = false;
        return writePrivateFile(this.#path, JSON.stringify(this.data));
      })
      .catch(this.#onFailure);
  }

  /** Resolves when all changes so far are on disk, or reported as not. */
  settled(): Promise<void> {
    return this.#writing;
  }
}

const emptyState = (): UserStateData => ({
  device: toBase64Url(secretBytes(12)),
  pins: { user: {}, group: {} },
  standings: {},
  toldRequests: {},
  ownNames: {},
  toldKeys: [],
  invitations: [],
});
