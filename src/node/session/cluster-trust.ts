import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { type TrackerAddress, type TrackerList, trackerApi } from '../../api/index.ts';
import { CommandError, Gate, diskError, sha256Hex } from '../../base/index.ts';
import { isAuthority } from '../../identity/index.ts';
import { readPrivateFile, writePrivateFile } from '../private-file.ts';
import { TrackerConnection, TrackerUnreachable, TrackerUntrusted } from './tracker-connection.ts';

const storedSchema = z.object({
  /** Tracker's address → cluster. */
  pins: z.record(z.string(), z.string()),
  /** Cluster → certificate of its authority, PEM. */
  authorities: z.record(z.string(), z.string()),
});
type Stored = z.infer<typeof storedSchema>;

/** The cluster that the trackers of the list belong to, proven. */
export interface Cluster {
  readonly id: string;
  readonly caPem: string;
}

/**
 * Which cluster's authority this client believes, in the manner of SSH's known hosts: by the `cluster` line of the
 * list where there is one, else the one first seen at any address of the list. It never changes by itself.
 */
export class ClusterTrust {
  readonly #list: TrackerList;
  readonly #path: string;
  readonly #stored: Stored;
  /** One first sight at a time: of two trackers of different clusters one is pinned, not both. */
  readonly #gate = new Gate(1);

  private constructor(list: TrackerList, path: string, stored: Stored) {
    this.#list = list;
    this.#path = path;
    this.#stored = stored;
  }

  /** Rejects with TRACKER_CHANGED where the file at `path` and the list contradict each other. */
  static async open(list: TrackerList, path: string): Promise<ClusterTrust> {
    const trust = new ClusterTrust(list, path, await readStored(path));
    trust.#pinned();
    return trust;
  }

  /** The pinned cluster, if its certificate is known already. */
  known(): Cluster | undefined {
    const id = this.#pinned();
    const caPem = id === undefined ? undefined : this.#stored.authorities[id];
    return id === undefined || caPem === undefined ? undefined : { id, caPem };
  }

  /**
   * The cluster, asking `tracker` for its certificate when it isn't known. Rejects with TRACKER_CHANGED when that
   * tracker shows another cluster than the pinned one, TrackerUnreachable when it does not answer.
   */
  async through(tracker: TrackerAddress): Promise<Cluster> {
    return this.known() ?? this.#gate.run(async () => this.known() ?? this.#meet(tracker));
  }

  /** After `tracker` showed a certificate that the pinned authority didn't issue: says what is wrong, as it is. */
  async explain(tracker: TrackerAddress, cause: TrackerUntrusted): Promise<Error> {
    try {
      const shown = await askForCluster(tracker);
      if (shown.id !== this.known()?.id) return this.#changed(tracker, shown.id);
    } catch (error) {
      if (error instanceof Error) return error;
    }
    return wrongCertificate(cause);
  }

  async #meet(tracker: TrackerAddress): Promise<Cluster> {
    const shown = await askForCluster(tracker);
    const pinned = this.#pinned();
    if (pinned !== undefined && pinned !== shown.id) throw this.#changed(tracker, shown.id);
    await this.#proveItself(tracker, shown);
    this.#stored.authorities[shown.id] = shown.caPem;
    for (const { text } of this.#list.trackers) this.#stored.pins[text] = shown.id;
    try {
      await writePrivateFile(this.#path, JSON.stringify(this.#stored, undefined, 2));
    } catch (error) {
      throw diskError(error, this.#path);
    }
    return shown;
  }

  /** The certificate shown must be the one that the tracker's own was issued by. */
  async #proveItself(tracker: TrackerAddress, shown: Cluster): Promise<void> {
    const connection = new TrackerConnection(tracker, shown.caPem, undefined);
    try {
      await connection.call(trackerApi.cluster, {});
    } catch (error) {
      throw error instanceof TrackerUntrusted ? wrongCertificate(error) : error;
    } finally {
      await connection.close();
    }
  }

  #pinned(): string | undefined {
    let pinned = this.#list.cluster;
    for (const tracker of this.#list.trackers) {
      const pin = this.#stored.pins[tracker.text];
      if (pin !== undefined && pinned !== undefined && pin !== pinned) throw this.#changed(tracker, pinned);
      pinned ??= pin;
    }
    return pinned;
  }

  #changed(tracker: TrackerAddress, now: string): CommandError {
    const before = this.#stored.pins[tracker.text] ?? this.#list.cluster ?? '?';
    const remedy =
      this.#stored.pins[tracker.text] === undefined
        ? 'put the right fingerprint into the cluster line of the list'
        : `delete ${this.#path}`;
    return new CommandError(
      'TRACKER_CHANGED',
      `tracker ${tracker.text} is of cluster ${now.slice(0, 16)}… and not of ${before.slice(0, 16)}… as before. ` +
        `Someone may stand in its place: ask its operator; only if the cluster was really replaced, ${remedy}`,
    );
  }
}

const wrongCertificate = (cause: TrackerUntrusted): CommandError =>
  new CommandError(
    'TRACKER_CHANGED',
    `${cause.message}. It has no certificate of its cluster for this address: check that its line in the list is the address it serves`,
    { cause },
  );

/** Asks over an unproven connection: the answer is a claim. */
async function askForCluster(tracker: TrackerAddress): Promise<Cluster> {
  const connection = new TrackerConnection(tracker, undefined, undefined);
  try {
    const { ca } = await connection.call(trackerApi.cluster, {});
    // Of several certificates in one text TLS would believe all, and only the first be compared.
    if (!isAuthority(ca)) throw new Error('not the certificate of one authority');
    const certificate = new X509Certificate(ca);
    const id = sha256Hex(certificate.publicKey.export({ type: 'spki', format: 'der' }));
    return { id, caPem: ca };
  } catch (error) {
    if (error instanceof TrackerUnreachable || error instanceof CommandError) throw error;
    throw new TrackerUnreachable(`${tracker.text} shows a certificate that can't be read`, { cause: error });
  } finally {
    await connection.close();
  }
}

async function readStored(path: string): Promise<Stored> {
  const bytes = await readPrivateFile(path);
  if (bytes === undefined) return { pins: {}, authorities: {} };
  try {
    return storedSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch (error) {
    throw new CommandError(
      'IO_ERROR',
      `${path} is damaged; restore it, or delete it to trust the trackers anew`,
      {
        cause: error,
      },
    );
  }
}
