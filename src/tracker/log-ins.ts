import type { CallInput, CallResult, trackerApi } from '../api/index.ts';
import {
  addressKey,
  CommandError,
  equalSecrets,
  fromBase64Url,
  secretBytes,
  toBase64Url,
  type Clock,
  type UserId,
} from '../base/index.ts';
import { proofHash, type OpaqueServer } from '../identity/index.ts';
import { recordKey, type RecordOf, type SignedRecord } from '../records/index.ts';
import type { RecordStore } from '../store/index.ts';
import { Budgets } from './budgets.ts';
import { LogInAttempts } from './log-in-attempts.ts';
import { ownOfKind } from './own-records.ts';
import type { RecordViews } from './record-views.ts';
import { TooManyAttempts } from './refusals.ts';

/** Log-ins, and registrations, that one address may begin. */
const PER_ADDRESS = { burst: 60, perSecond: 1 };
/** How long a log-in may take from its start to its end: the client's stretching takes a second or so. */
const LOG_IN_MAX_MS = 60_000;
const PENDING_MAX = 10_000;
/** Kinds of one's own records that a log-in needs. */
const LOG_IN_KINDS = ['credential', 'name', 'secret', 'user'] as const;

interface Pending {
  readonly uid: UserId;
  readonly address: string;
  readonly state: Uint8Array;
  readonly atMs: number;
}
type Records = CallResult<(typeof trackerApi)['loginFinish']>;
type Body<Name extends keyof typeof trackerApi> = CallInput<(typeof trackerApi)[Name]>['body'];

/** Registration, log-in and recovery: the tracker's part in OPAQUE, and the limits on guessing. */
export class LogIns {
  readonly #store: RecordStore;
  readonly #views: RecordViews;
  readonly #opaque: OpaqueServer;
  readonly #clock: Clock;
  readonly #attempts = new LogInAttempts();
  readonly #logIns = new Budgets(PER_ADDRESS);
  readonly #registrations = new Budgets(PER_ADDRESS);
  /** In the order of their start. */
  readonly #pending = new Map<string, Pending>();

  constructor(store: RecordStore, views: RecordViews, opaque: OpaqueServer, clock: Clock) {
    this.#store = store;
    this.#views = views;
    this.#opaque = opaque;
    this.#clock = clock;
  }

  register(
    { uid, request }: Body<'registrationStart'>,
    address: string,
  ): CallResult<(typeof trackerApi)['registrationStart']> {
    const waitMs = this.#registrations.take(addressKey(address), 1, this.#clock.nowMs());
    if (waitMs > 0) throw new TooManyAttempts('too many registrations from your address', waitMs);
    const answer = this.#opaque.registrationResponse(uid, fromBase64Url(request));
    if (!answer) throw malformed();
    return { response: toBase64Url(answer.response), setup: answer.setup };
  }

  /** Who has no credential here is answered as if it had one: only the names tell who exists. */
  async start(
    { user, request }: Body<'loginStart'>,
    address: string,
  ): Promise<CallResult<(typeof trackerApi)['loginStart']>> {
    const uid = await this.#attempt(user, address);
    const credential = await this.#credential(uid);
    const answer = this.#opaque.startLogin(uid, credential?.body, fromBase64Url(request));
    if (!answer) throw malformed();
    const login = toBase64Url(secretBytes(16));
    this.#remember(login, {
      uid,
      address: addressKey(address),
      state: answer.state,
      atMs: this.#clock.nowMs(),
    });
    return { login, uid, setup: answer.setup, response: toBase64Url(answer.response) };
  }

  async finish({ login, finish }: Body<'loginFinish'>): Promise<Records> {
    const pending = this.#pending.get(login);
    this.#pending.delete(login);
    if (!pending || this.#clock.nowMs() - pending.atMs > LOG_IN_MAX_MS) {
      throw new CommandError(
        'TIMED_OUT',
        'this log-in took too long, or was begun elsewhere; begin it again',
      );
    }
    const { uid, address, state } = pending;
    if (!this.#opaque.finishLogin(uid, state, fromBase64Url(finish))) {
      throw new CommandError('WRONG_PASSWORD', 'that is not the password');
    }
    this.#attempts.forgive(address, uid);
    return this.#recordsOf(uid);
  }

  async recover({ user, proof }: Body<'recover'>, address: string): Promise<Records> {
    const uid = await this.#attempt(user, address);
    const credential = await this.#credential(uid);
    const shown = proofHash(fromBase64Url(proof));
    if (!credential || !equalSecrets(shown, credential.body.recoveryProofHash)) {
      throw new CommandError('WRONG_CODE', 'that is not the recovery code of this user; each works once');
    }
    this.#attempts.forgive(addressKey(address), uid);
    return this.#recordsOf(uid);
  }

  /** Counts an attempt before anything is checked: who breaks off then has tried as well. */
  async #attempt(user: string, address: string): Promise<UserId> {
    const key = addressKey(address);
    const busyMs = this.#logIns.take(key, 1, this.#clock.nowMs());
    if (busyMs > 0) throw new TooManyAttempts('too many log-ins from your address', busyMs);
    const holding = await this.#views.resolve('user', user);
    if (!holding) throw new CommandError('NO_SUCH_USER', `there is no user ${user}; create_user makes one`);
    const uid = holding.id as UserId;
    const waitMs = this.#attempts.begin(key, uid, this.#clock.nowMs());
    if (waitMs > 0) throw new TooManyAttempts(`too many attempts to log in as ${user}`, waitMs);
    return uid;
  }

  async #credential(uid: UserId): Promise<RecordOf<'credential'> | undefined> {
    const record = await this.#store.get(recordKey.credential(uid));
    return record?.kind === 'credential' ? record : undefined;
  }

  #remember(login: string, pending: Pending): void {
    this.#pending.set(login, pending);
    for (const [other, { atMs }] of this.#pending) {
      if (this.#pending.size <= PENDING_MAX && pending.atMs - atMs <= LOG_IN_MAX_MS) return;
      this.#pending.delete(other);
    }
  }

  async #recordsOf(uid: UserId): Promise<Records> {
    const records: SignedRecord[] = [];
    for (const kind of LOG_IN_KINDS) records.push(...(await ownOfKind(this.#store, uid, kind)));
    return { records: records.map((record) => toBase64Url(record.bytes)) };
  }
}

const malformed = (): CommandError =>
  new CommandError('INVALID_ARGUMENTS', 'the OPAQUE message is malformed');
