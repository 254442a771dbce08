import type { AddressInfo } from 'node:net';
import { connect, createSecureContext, createServer, type Server, type TLSSocket } from 'node:tls';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';

import { TestGroup, type TestMember } from '../../test/support/test-group.ts';
import { PeerFault, silentLogger, systemClock } from '../base/index.ts';
import { examinePeer } from './admission.ts';
import { sniOf, type PeerContext } from './peer-context.ts';
import { openPeerHost, type PeerHost } from './peer-host.ts';
import { RateLimiter } from './rate-limiter.ts';

/**
 * A TLS 1.3 session ticket is bound to the listener, not to the torrent: a member of group A who resumes its
 * session under the server name of group B skips every certificate check. The attacker here is plain node:tls
 * with tickets on; it is first let loose on an ordinary server, to prove that it is one.
 */
let groupA: TestGroup;
let groupB: TestGroup;
let ownerA: TestMember;
let ownerB: TestMember;
let attacker: TestMember;
let a: PeerContext;
let b: PeerContext;
const toClose: (() => Promise<void>)[] = [];

beforeAll(async () => {
  [groupA, groupB] = await Promise.all([TestGroup.create(), TestGroup.create()]);
  ownerA = await groupA.member('owner of a');
  ownerB = await groupB.member('owner of b');
  attacker = await groupA.member('attacker');
  a = groupA.context(ownerA, 'harmless');
  b = groupB.context(ownerB, 'secret');
});

afterEach(async () => {
  for (const close of toClose.splice(0)) await close();
});

interface Visit {
  readonly read: string;
  /** Tickets that the server handed out. */
  readonly sessions: readonly Buffer[];
  readonly resumed: boolean;
}

interface VisitOptions {
  readonly session?: Buffer | undefined;
  /** Whose certificate is shown, if any. */
  readonly as?: TestMember;
}

/** Connects as the attacker does, reads until the server hangs up or has said all. */
function visit(port: number, context: PeerContext, options: VisitOptions): Promise<Visit> {
  const { session, as } = options;
  const socket = connect({
    host: '127.0.0.1',
    port,
    servername: sniOf(context.infoHash),
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
    ...(as && { cert: as.credentials.certificatePem, key: as.credentials.privateKeyPem }),
    ...(session && { session }),
  });
  let read = '';
  let resumed = false;
  const sessions: Buffer[] = [];
  socket.on('session', (ticket: Buffer) => sessions.push(ticket));
  socket.on('secureConnect', () => (resumed = socket.isSessionReused()));
  socket.on('data', (chunk: Buffer) => (read += chunk.toString()));
  socket.on('error', () => undefined);
  return new Promise((resolve) => socket.on('close', () => resolve({ read, sessions, resumed })));
}

/** What every Node program would write: one server, a context per name, Node's own verdict. */
async function openOrdinary(onPeer: (socket: TLSSocket) => void): Promise<number> {
  const contexts = new Map(
    [a, b].map(({ infoHash, credentials }) => {
      const { certificatePem: cert, privateKeyPem: key, authorityPem: ca } = credentials;
      return [sniOf(infoHash), createSecureContext({ cert, key, ca })];
    }),
  );
  const server = createServer(
    {
      requestCert: true,
      rejectUnauthorized: false,
      SNICallback: (name, done) => done(null, contexts.get(name)),
    },
    (socket) => {
      socket.on('error', () => undefined);
      onPeer(socket);
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  toClose.push(() => closeServer(server));
  return (server.address() as AddressInfo).port;
}

const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
  });

async function openOurs(): Promise<PeerHost> {
  const byName = new Map([a, b].map((context) => [sniOf(context.infoHash), context]));
  const host = await openPeerHost({
    host: '127.0.0.1',
    port: 0,
    contextFor: (name) => byName.get(name),
    onPeer(peer) {
      peer.start({
        onData: () => undefined,
        onSent: () => peer.destroy(new Error('said all')),
        onClose: () => undefined,
      });
      peer.write(Buffer.from(`torrent ${peer.proof.context.infoHash}`));
    },
    rates: { up: new RateLimiter(systemClock), down: new RateLimiter(systemClock) },
    clock: systemClock,
    log: silentLogger,
  });
  toClose.push(() => host.close());
  return host;
}

/** Measured: OpenSSL 3.0 resumes a session under another server name than it began with, 3.5 does not. */
const RESUMES_ACROSS_NAMES = process.versions.openssl.startsWith('3.0.');

describe('an ordinary server', () => {
  const serve = (socket: TLSSocket): void => {
    if (socket.authorized) socket.end(`torrent of ${String(socket.servername)}`);
    else socket.destroy();
  };

  test('refuses the attacker at the door of the other group', async () => {
    const port = await openOrdinary(serve);
    expect((await visit(port, b, { as: attacker })).read).toBe('');
  });

  test('lets it in on a resumed session, even without a certificate', async () => {
    const port = await openOrdinary(serve);
    const first = await visit(port, a, { as: attacker });
    expect(first.read).toContain(sniOf(a.infoHash));
    expect(first.sessions.length).toBeGreaterThan(0);
    const again = await visit(port, a, { session: first.sessions[0] });
    expect(again).toMatchObject({ resumed: true });
    expect(again.read).toContain(sniOf(a.infoHash));
  });

  test.runIf(RESUMES_ACROSS_NAMES)('lets it into the other group, too', async () => {
    const port = await openOrdinary(serve);
    const first = await visit(port, a, { as: attacker });
    const second = await visit(port, b, { session: first.sessions[0] });
    expect(second).toMatchObject({ resumed: true });
    expect(second.read).toContain(sniOf(b.infoHash));
  });

  test('with our examination refuses the resumed session for being one', async () => {
    const faults: (PeerFault | undefined)[] = [];
    const port = await openOrdinary((socket) => {
      const context = socket.servername === sniOf(a.infoHash) ? a : b;
      const verdict = examinePeer(socket, context, systemClock.wallMs());
      faults.push(verdict instanceof PeerFault ? verdict : undefined);
      if (verdict instanceof PeerFault) socket.destroy();
      else socket.end('welcome');
    });
    const first = await visit(port, a, { as: attacker });
    expect(first).toMatchObject({ read: 'welcome' });
    for (const context of [a, b]) {
      const again = await visit(port, context, { as: attacker, session: first.sessions[0] });
      expect(again).toMatchObject({ read: '', resumed: context === a || RESUMES_ACROSS_NAMES });
    }
    expect(faults.map((fault) => fault?.message)).toEqual([
      undefined,
      'BAD_CERTIFICATE: resumed TLS session',
      expect.stringMatching(RESUMES_ACROSS_NAMES ? /: resumed TLS session$/ : /^BAD_CERTIFICATE: /),
    ]);
  });
});

describe('our host', () => {
  test('serves the attacker in its own group', async () => {
    const host = await openOurs();
    const first = await visit(host.address.port, a, { as: attacker });
    expect(first.read).toBe(`torrent ${a.infoHash}`);
  });

  test.each([
    { why: 'with its own certificate', as: (): TestMember => attacker },
    { why: 'without a certificate', as: (): undefined => undefined },
  ])('resumes nothing: a ticket got elsewhere opens no other group ($why)', async ({ as }) => {
    const port = await openOrdinary((socket) => socket.end('x'));
    const { sessions } = await visit(port, a, { as: attacker });
    const host = await openOurs();
    const shown = as();
    const second = await visit(host.address.port, b, { session: sessions[0], ...(shown && { as: shown }) });
    expect(second).toMatchObject({ read: '', resumed: false });
  });

  // OpenSSL still sends something to resume by: the name of a session that the server remembers, but ours does not.
  test.each([
    { why: 'in the other group', target: () => b, read: () => '' },
    {
      why: 'in its own group, where it is examined anew',
      target: () => a,
      read: () => `torrent ${a.infoHash}`,
    },
  ])('resumes nothing of a connection to itself $why', async ({ target, read }) => {
    const host = await openOurs();
    const { port } = host.address;
    const first = await visit(port, a, { as: attacker });
    expect(first.sessions.length).toBeGreaterThan(0);
    const second = await visit(port, target(), { as: attacker, session: first.sessions[0] });
    expect(second).toMatchObject({ read: read(), resumed: false });
  });

  test('never takes a missing certificate for a resumed one', async () => {
    const host = await openOurs();
    const first = await visit(host.address.port, a, { as: attacker });
    const second = await visit(host.address.port, a, { session: first.sessions[0] });
    expect(second).toMatchObject({ read: '', resumed: false });
    expect(host.connections).toBe(0);
  });
});
