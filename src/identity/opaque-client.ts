import { fromBase64Url, toBase64Url, workerUrl } from '../base/index.ts';
import { WorkerCalls } from './worker-calls.ts';

/** Who speaks to whom: bound into the registration, so that it opens for no other user and in no other cluster. */
export interface OpaqueParties {
  readonly uid: string;
  readonly clusterId: string;
}

/** The first half of a registration or a log-in. */
export interface OpaqueStart {
  /** To be sent to a tracker. */
  readonly request: Uint8Array;
  /** To be kept for the second half; secret. */
  readonly state: Uint8Array;
}
export interface OpaqueRegistration {
  /** To be kept by the trackers, in the credential. */
  readonly registration: Uint8Array;
  /** 64 bytes that only the password yields; the same at every log-in. Secret. */
  readonly exportKey: Uint8Array;
}
export interface OpaqueLogin {
  /** Proves to the tracker that the password was right. */
  readonly finish: Uint8Array;
  readonly exportKey: Uint8Array;
}

/**
 * OPAQUE (RFC 9807), the client's side: the password never leaves this machine. Each second half takes about a quarter
 * of a second and 64 MiB, in a worker that lives until `close`: open one for a log-in, close it after.
 */
export interface OpaqueClient {
  startRegistration(password: string): Promise<OpaqueStart>;
  /** Undefined if the tracker's answer is malformed. */
  finishRegistration(
    password: string,
    start: OpaqueStart,
    response: Uint8Array,
    parties: OpaqueParties,
  ): Promise<OpaqueRegistration | undefined>;
  startLogin(password: string): Promise<OpaqueStart>;
  /** Undefined if the password is wrong, the user unknown or the answer malformed: OPAQUE cannot tell which. */
  finishLogin(
    password: string,
    start: OpaqueStart,
    response: Uint8Array,
    parties: OpaqueParties,
  ): Promise<OpaqueLogin | undefined>;
  /** Ends the worker and whatever is under way. Idempotent. */
  close(): Promise<void>;
}

/** What the worker is asked. Texts are base64url, as the library wants them. */
export type OpaqueWork =
  | { readonly step: 'startRegistration' | 'startLogin'; readonly password: string }
  | (Finish & {
      readonly step: 'finishRegistration';
      readonly clientRegistrationState: string;
      readonly registrationResponse: string;
    })
  | (Finish & {
      readonly step: 'finishLogin';
      readonly clientLoginState: string;
      readonly loginResponse: string;
    });
interface Finish {
  readonly password: string;
  readonly identifiers: { readonly client: string; readonly server: string };
}
/** The library's answer; undefined if it refused its input or found the password wrong. */
export type OpaqueResult = Readonly<Record<string, string>> | undefined;

export const openOpaque = (): OpaqueClient => new WorkerOpaque();

/** Keyboards differ in how they compose a letter; RFC 8265 settles on NFC. */
const prepare = (password: string): string => password.normalize('NFC');

/** The names by which OPAQUE binds a registration; client and server must use the same. */
export const opaqueIdentifiers = ({ uid, clusterId }: OpaqueParties): { client: string; server: string } => ({
  client: uid,
  server: clusterId,
});

class WorkerOpaque implements OpaqueClient {
  readonly #calls = new WorkerCalls<OpaqueWork, OpaqueResult>(workerUrl(import.meta.url, 'opaque-worker'));

  async startRegistration(password: string): Promise<OpaqueStart> {
    const start = await this.#calls.ask({ step: 'startRegistration', password: prepare(password) });
    return startOf(start, 'registrationRequest', 'clientRegistrationState');
  }

  async finishRegistration(
    password: string,
    start: OpaqueStart,
    response: Uint8Array,
    parties: OpaqueParties,
  ): Promise<OpaqueRegistration | undefined> {
    const done = await this.#calls.ask({
      step: 'finishRegistration',
      password: prepare(password),
      clientRegistrationState: toBase64Url(start.state),
      registrationResponse: toBase64Url(response),
      identifiers: opaqueIdentifiers(parties),
    });
    return done && { registration: field(done, 'registrationRecord'), exportKey: field(done, 'exportKey') };
  }

  async startLogin(password: string): Promise<OpaqueStart> {
    const start = await this.#calls.ask({ step: 'startLogin', password: prepare(password) });
    return startOf(start, 'startLoginRequest', 'clientLoginState');
  }

  async finishLogin(
    password: string,
    start: OpaqueStart,
    response: Uint8Array,
    parties: OpaqueParties,
  ): Promise<OpaqueLogin | undefined> {
    const done = await this.#calls.ask({
      step: 'finishLogin',
      password: prepare(password),
      clientLoginState: toBase64Url(start.state),
      loginResponse: toBase64Url(response),
      identifiers: opaqueIdentifiers(parties),
    });
    return done && { finish: field(done, 'finishLoginRequest'), exportKey: field(done, 'exportKey') };
  }

  close(): Promise<void> {
    return this.#calls.close();
  }
}

const field = (answer: Readonly<Record<string, string>>, name: string): Uint8Array =>
  fromBase64Url(answer[name] ?? '');

function startOf(answer: OpaqueResult, request: string, state: string): OpaqueStart {
  if (answer === undefined) throw new Error('OPAQUE did not start');
  return { request: field(answer, request), state: field(answer, state) };
}
