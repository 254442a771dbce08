import { trackerApi } from '../../api/index.ts';
import {
  type Clock,
  CommandError,
  type UserId,
  fromBase64Url,
  toBase64Url,
  within,
} from '../../base/index.ts';
import { type OpaqueClient, type Unlocker, openOpaque, unlockerOf } from '../../identity/index.ts';
import { type SignedRecord, verifyRecord } from '../../records/index.ts';
import { readRecord } from './record-view.ts';
import { TrackerUnreachable } from './tracker-connection.ts';
import type { TrackerApi } from './tracker-link.ts';
import type { Trackers } from './trackers.ts';

/** The second half of a log-in must go to the tracker of the first: one that is silent for so long is given up. */
const FINISH_MS = 1_500;
const ROUNDS_MAX = 4;

/** What a password was registered as, and what it unlocks. */
export interface RegisteredPassword {
  readonly registration: Uint8Array;
  readonly setup: number;
  readonly unlocker: Unlocker;
}

/** A password that turned out to be right, and the account's records that the tracker then showed, verified. */
export interface ProvenPassword {
  readonly uid: UserId;
  readonly unlocker: Unlocker;
  readonly records: readonly SignedRecord[];
}

/** OPAQUE with the trackers: none of them learns a password. */
export class OpaqueTalk {
  readonly #trackers: Trackers;
  readonly #clock: Clock;

  constructor(trackers: Trackers, clock: Clock) {
    this.#trackers = trackers;
    this.#clock = clock;
  }

  async register(uid: UserId, password: string, clusterId: string): Promise<RegisteredPassword> {
    return withOpaque(async (opaque) => {
      const start = await opaque.startRegistration(password);
      const body = { uid, request: toBase64Url(start.request) };
      const answer = await this.#trackers.call((api) => api.call(trackerApi.registrationStart, { body }));
      const parties = { uid, clusterId };
      const done = await opaque.finishRegistration(password, start, fromBase64Url(answer.response), parties);
      if (!done) throw new CommandError('INTERNAL', 'a tracker sent a malformed answer; try again');
      const unlocker = unlockerOf(done.exportKey, 'password');
      return { registration: done.registration, setup: answer.setup, unlocker };
    });
  }

  /** Rejects with WRONG_PASSWORD, NO_SUCH_USER, TOO_MANY_ATTEMPTS, NO_TRACKER. Begins anew where a tracker dies. */
  async prove(user: string, password: string, clusterId: string): Promise<ProvenPassword> {
    return withOpaque(async (opaque) => {
      for (let round = 1; ; round += 1) {
        try {
          return await this.#proveOnce(opaque, user, password, clusterId);
        } catch (error) {
          if (!(error instanceof TrackerUnreachable)) throw error;
          if (round >= ROUNDS_MAX) throw new CommandError('NO_TRACKER', `${error.message}; try again`);
        }
      }
    });
  }

  async #proveOnce(
    opaque: OpaqueClient,
    user: string,
    password: string,
    clusterId: string,
  ): Promise<ProvenPassword> {
    const start = await opaque.startLogin(password);
    const { api, answer } = await this.#trackers.call((asked) => begin(asked, user, start.request));
    const { uid } = answer;
    const done = await opaque.finishLogin(password, start, fromBase64Url(answer.response), {
      uid,
      clusterId,
    });
    if (!done) throw new CommandError('WRONG_PASSWORD', `that is not the password of ${user}`);
    const body = { login: answer.login, finish: toBase64Url(done.finish) };
    const { records } = await within(
      this.#clock,
      FINISH_MS,
      api.call(trackerApi.loginFinish, { body }),
      () => new TrackerUnreachable(`${api.tracker.text} is too slow`),
    );
    return { uid, unlocker: unlockerOf(done.exportKey, 'password'), records: verified(records, clusterId) };
  }
}

/** Those of the records that are signed as they should be. */
export const verified = (texts: readonly string[], clusterId: string): SignedRecord[] =>
  texts
    .map(readRecord)
    .filter((record): record is SignedRecord => record !== undefined && verifyRecord(record, clusterId));

async function begin(api: TrackerApi, user: string, request: Uint8Array) {
  const body = { user, request: toBase64Url(request) };
  return { api, answer: await api.call(trackerApi.loginStart, { body }) };
}

async function withOpaque<T>(work: (opaque: OpaqueClient) => Promise<T>): Promise<T> {
  const opaque = openOpaque();
  try {
    return await work(opaque);
  } finally {
    await opaque.close();
  }
}
