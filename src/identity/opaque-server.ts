import { ready, server } from '@serenity-kit/opaque';
import { fromBase64Url, toBase64Url } from '../base/index.ts';
import { opaqueIdentifiers, type OpaqueParties } from './opaque-client.ts';

/** Version → the server's set-up. Old versions stay: whoever registered under one logs in under it. */
export type OpaqueSetups = ReadonlyMap<number, string>;

/** A credential as far as a log-in needs it. */
export interface OpaqueCredential {
  readonly setup: number;
  readonly registration: Uint8Array;
}

/** OPAQUE (RFC 9807), the tracker's side: about a millisecond a call. `undefined`: what the client sent is malformed. */
export interface OpaqueServer {
  /** `setup`: the version to be named in the credential. */
  registrationResponse(
    uid: string,
    request: Uint8Array,
  ): { readonly response: Uint8Array; readonly setup: number } | undefined;
  /** Without a credential the answer is made up, and cannot be told from a real one. */
  startLogin(
    uid: string,
    credential: OpaqueCredential | undefined,
    request: Uint8Array,
  ): { readonly response: Uint8Array; readonly state: Uint8Array; readonly setup: number } | undefined;
  /** Whether the client knew the password. */
  finishLogin(uid: string, state: Uint8Array, finish: Uint8Array): boolean;
}

/** A fresh set-up: whoever has it can guess passwords at Argon2's price. */
export async function newOpaqueSetup(): Promise<string> {
  await ready;
  return server.createSetup();
}

export async function openOpaqueServer(setups: OpaqueSetups, clusterId: string): Promise<OpaqueServer> {
  await ready;
  const newest = Math.max(...setups.keys());
  const setupOf = (version: number): string | undefined => setups.get(version);
  const partiesOf = (uid: string): OpaqueParties => ({ uid, clusterId });
  return {
    registrationResponse(uid, request) {
      const serverSetup = setupOf(newest) ?? '';
      const answer = attempt(() =>
        server.createRegistrationResponse({
          serverSetup,
          userIdentifier: uid,
          registrationRequest: toBase64Url(request),
        }),
      );
      return answer && { response: fromBase64Url(answer.registrationResponse), setup: newest };
    },
    startLogin(uid, credential, request) {
      const setup = credential?.setup ?? newest;
      const known = setupOf(setup);
      const registration = known === undefined ? undefined : credential?.registration;
      const answer = attempt(() =>
        server.startLogin({
          serverSetup: known ?? setupOf(newest) ?? '',
          userIdentifier: uid,
          registrationRecord: registration && toBase64Url(registration),
          startLoginRequest: toBase64Url(request),
          identifiers: opaqueIdentifiers(partiesOf(uid)),
        }),
      );
      if (answer === undefined) return undefined;
      const { loginResponse, serverLoginState } = answer;
      return { response: fromBase64Url(loginResponse), state: fromBase64Url(serverLoginState), setup };
    },
    finishLogin(uid, state, finish) {
      const answer = attempt(() =>
        server.finishLogin({
          serverLoginState: toBase64Url(state),
          finishLoginRequest: toBase64Url(finish),
          identifiers: opaqueIdentifiers(partiesOf(uid)),
        }),
      );
      return answer !== undefined;
    },
  };
}

/** The library throws for every input it does not like. */
function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}
