import { webcrypto } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type TLSSocket } from 'node:tls';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { beforeAll, describe, expect, test } from 'vitest';
import { sha256Hex, systemClock } from '../base/index.ts';
import {
  certificateKey,
  checkMemberCertificate,
  isAuthority,
  isRenewalDue,
  memberUri,
  trackerCertificateFault,
} from './certificate-check.ts';
import {
  createAuthority,
  identityCertificate,
  issueMemberCertificate,
  issueTrackerCertificate,
  memberDates,
  toPem,
  type Authority,
} from './certificates.ts';
import { generateKey, userIdOf, type KeyPair } from './keys.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const ECDSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const nowMs = Date.UTC(2026, 5, 1);
const member = generateKey();
const keyHash = sha256Hex(member.publicKey);
let authority: Authority;
let foreign: Authority;
let good: Uint8Array;

beforeAll(async () => {
  authority = await createAuthority(nowMs);
  foreign = await createAuthority(nowMs);
  good = await issueMemberCertificate(authority, member.publicKey, memberDates(nowMs));
});

const faultOf = (der: Uint8Array, atMs = nowMs): string | undefined => {
  const verdict = checkMemberCertificate(der, authority.certificatePem, atMs);
  return 'fault' in verdict ? verdict.fault : undefined;
};

interface Forgery {
  readonly by?: Authority;
  readonly key?: KeyPair;
  readonly subject?: string;
  readonly uri?: string;
  readonly ca?: boolean;
  readonly usages?: x509.ExtendedKeyUsage[];
  readonly flags?: number | undefined;
}

const ofAnotherGroup = (): Promise<Uint8Array> =>
  issueMemberCertificate(foreign, member.publicKey, memberDates(nowMs));

/** A certificate that differs from a good one in what is given. */
async function forge(forgery: Forgery): Promise<Uint8Array> {
  const { by = authority, key = member, subject = `CN=${keyHash}`, uri = memberUri(keyHash) } = forgery;
  const { flags = x509.KeyUsageFlags.digitalSignature } = forgery;
  const { usages = [x509.ExtendedKeyUsage.clientAuth, x509.ExtendedKeyUsage.serverAuth] } = forgery;
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: '01',
    subject,
    issuer: new x509.X509Certificate(by.certificatePem).subject,
    notBefore: new Date(nowMs - DAY_MS),
    notAfter: new Date(nowMs + DAY_MS),
    publicKey: key.publicKey,
    signingKey: await webcrypto.subtle.importKey('pkcs8', by.key.privateKey, ECDSA, false, ['sign']),
    signingAlgorithm: ECDSA,
    extensions: [
      new x509.BasicConstraintsExtension(forgery.ca ?? false, undefined, true),
      new x509.ExtendedKeyUsageExtension(usages),
      new x509.KeyUsagesExtension(flags, true),
      new x509.SubjectAlternativeNameExtension([{ type: 'url', value: uri }]),
    ],
  });
  return new Uint8Array(certificate.rawData);
}

describe('a member certificate', () => {
  test('names the key by its hash and nobody by name, and is good for SSL torrents', () => {
    expect(checkMemberCertificate(good, authority.certificatePem, nowMs)).toEqual({ memberKeyHash: keyHash });
    const parsed = new x509.X509Certificate(good);
    expect(parsed.subject).toBe(`CN=${keyHash}`);
    expect(parsed.getExtension(x509.SubjectAlternativeNameExtension)?.names.toJSON()).toEqual([
      { type: 'dns', value: '*' },
      { type: 'url', value: `urn:mbt:key:${keyHash}` },
    ]);
    expect(parsed.notBefore.getTime()).toBe(nowMs - DAY_MS);
    expect(parsed.notAfter.getTime()).toBe(nowMs + 365 * DAY_MS);
    expect(certificateKey(good)).toEqual(member.publicKey);
  });

  test.each<{ why: string; fault: string; make: () => Uint8Array | Promise<Uint8Array> }>([
    { why: 'junk', fault: 'read', make: () => new Uint8Array(100) },
    { why: 'a byte cut off', fault: 'read', make: () => good.subarray(0, -1) },
    { why: 'signed by another group', fault: 'another issuer', make: () => ofAnotherGroup() },
    {
      why: 'naming this group, signed by another',
      fault: 'wrong signature',
      make: () => forge({ by: foreign }),
    },
    { why: 'a changed signature', fault: 'wrong signature', make: () => changed(good) },
    { why: 'an authority', fault: 'authority', make: () => forge({ ca: true }) },
    {
      why: 'for servers only',
      fault: 'another use',
      make: () => forge({ usages: [x509.ExtendedKeyUsage.serverAuth] }),
    },
    {
      why: 'for code',
      fault: 'another use',
      make: () => forge({ usages: [x509.ExtendedKeyUsage.codeSigning] }),
    },
    {
      why: 'cannot sign',
      fault: 'another use',
      make: () => forge({ flags: x509.KeyUsageFlags.keyAgreement }),
    },
    {
      why: 'may sign certificates',
      fault: 'another use',
      make: () => forge({ flags: x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyCertSign }),
    },
    { why: 'over another key', fault: 'another key', make: () => forge({ key: generateKey() }) },
    { why: 'with a second name', fault: 'another key', make: () => forge({ subject: `CN=${keyHash}, O=x` }) },
    {
      why: 'with a URI of another',
      fault: 'another key',
      make: () => forge({ uri: memberUri('0'.repeat(64)) }),
    },
    { why: 'the authority itself', fault: 'another key', make: () => der(authority.certificatePem) },
  ])('is refused: $why', async ({ fault, make }) => {
    expect(faultOf(await make())).toContain(fault);
  });

  test('is refused when it comes through an intermediate, however well signed', async () => {
    const between = generateKey();
    const intermediate: Authority = {
      certificatePem: toPem(await forge({ key: between, ca: true, flags: x509.KeyUsageFlags.keyCertSign })),
      key: between,
    };
    expect(faultOf(await forge({ by: intermediate }))).toContain('another issuer');
  });

  test.each([
    { why: 'a day and a second early', atMs: nowMs - DAY_MS - 1000, fault: 'not valid yet' },
    { why: 'just begun', atMs: nowMs - DAY_MS, fault: undefined },
    { why: 'at its last second', atMs: nowMs + 365 * DAY_MS, fault: undefined },
    { why: 'a second late', atMs: nowMs + 365 * DAY_MS + 1000, fault: 'expired' },
  ])('and the time: $why', ({ atMs, fault }) => {
    const found = faultOf(good, atMs);
    if (fault === undefined) expect(found).toBeUndefined();
    else expect(found).toContain(fault);
  });

  test('is renewed when a third of its time is left', () => {
    const thirdMs = (366 * DAY_MS) / 3;
    const untilMs = nowMs + 365 * DAY_MS;
    expect(isRenewalDue(good, untilMs - thirdMs - 1000)).toBe(false);
    expect(isRenewalDue(good, untilMs - thirdMs + 1000)).toBe(true);
    expect(isRenewalDue(new Uint8Array(3), nowMs)).toBe(true);
  });
});

describe('an authority', () => {
  test('is one PEM of a CA, nothing before or after it', async () => {
    const pem = authority.certificatePem;
    expect(isAuthority(pem)).toBe(true);
    expect(new x509.X509Certificate(pem).subject).toBe(
      new x509.X509Certificate(foreign.certificatePem).subject,
    );
    for (const wrong of [
      '',
      `${pem}${pem}`,
      ` ${pem}`,
      pem.replaceAll('\n', '\r\n'),
      toPem(good),
      pem.repeat(99),
    ]) {
      expect(isAuthority(wrong)).toBe(false);
    }
  });
});

describe('certificates for trackers', () => {
  test('a tracker shows one of the cluster, a user one of its own', async () => {
    const tracker = await issueTrackerCertificate(authority, ['127.0.0.1', '::1', 'localhost'], nowMs);
    const shown = der(tracker.certificatePem);
    expect(trackerCertificateFault(shown, authority.certificatePem, nowMs)).toBeUndefined();
    expect(trackerCertificateFault(shown, foreign.certificatePem, nowMs)).toContain('another issuer');
    expect(trackerCertificateFault(new Uint8Array(4), authority.certificatePem, nowMs)).toContain('read');
    const identity = generateKey();
    const own = await identityCertificate(identity, nowMs);
    expect(new x509.X509Certificate(own).subject).toBe(`CN=${userIdOf(identity.publicKey)}`);
    expect(certificateKey(own)).toEqual(identity.publicKey);
    expect(trackerCertificateFault(der(own), authority.certificatePem, nowMs)).toContain('another issuer');
  });
});

describe('mutual TLS 1.3', () => {
  test('Node takes a member on both ends and refuses a stranger', async () => {
    const wallMs = systemClock.wallMs();
    const group = await createAuthority(wallMs);
    const ours = await credentials(group, wallMs);
    const server = createServer({
      ...ours,
      requestCert: true,
      minVersion: 'TLSv1.3',
      rejectUnauthorized: false,
    });
    server.on('secureConnection', (socket) => socket.end(socket.authorized ? 'welcome' : 'go away'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const port = (server.address() as AddressInfo).port;
      expect(await greeting(port, await credentials(group, wallMs))).toBe('welcome');
      const strange = { ...(await credentials(foreign, wallMs)), ca: group.certificatePem };
      expect(await greeting(port, strange)).toBe('go away');
    } finally {
      server.close();
    }
  });
});

interface Credentials {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

async function credentials(group: Authority, wallMs: number): Promise<Credentials> {
  const key = generateKey();
  const cert = toPem(await issueMemberCertificate(group, key.publicKey, memberDates(wallMs)));
  return { cert, key: toPem(key.privateKey, 'PRIVATE KEY'), ca: group.certificatePem };
}

async function greeting(port: number, own: Credentials): Promise<string> {
  const options = { ...own, port, host: '127.0.0.1', checkServerIdentity: () => undefined };
  const socket: TLSSocket = connect(options);
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(socket, 'end');
  expect(socket.getProtocol()).toBe('TLSv1.3');
  socket.destroy();
  return text;
}

const der = (pem: string): Uint8Array => new Uint8Array(new x509.X509Certificate(pem).rawData);

function changed(certificate: Uint8Array): Uint8Array {
  const copy = certificate.slice();
  const last = copy.length - 1;
  copy[last] = (copy[last] ?? 0) ^ 1;
  return copy;
}
