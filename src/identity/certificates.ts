import { webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import type * as X509Library from '@peculiar/x509';
import { secretBytes, sha256Hex, toHex } from '../base/index.ts';
import { memberUri } from './certificate-check.ts';
import { generateKey, userIdOf, type KeyPair } from './keys.ts';

type X509 = typeof X509Library;

const DAY_MS = 24 * 60 * 60 * 1000;
/** Clocks of two machines may differ by this much. */
const LEEWAY_MS = DAY_MS;
const LIFETIME_MS = 365 * DAY_MS;
/** An authority outlives everything signed by it: a new one changes the info-hash of every torrent. */
const AUTHORITY_LIFETIME_MS = 25 * LIFETIME_MS;
const SERIAL_BYTES = 16;
const ECDSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** A certificate authority: that of a group or of a cluster. */
export interface Authority {
  /** Exactly these bytes go into torrents (`ssl-cert`). */
  readonly certificatePem: string;
  readonly key: KeyPair;
}

/** Dates of a member certificate signed now: a day of leeway for slow clocks, then a year. */
export const memberDates = (nowMs: number): { notBeforeMs: number; notAfterMs: number } => ({
  notBeforeMs: nowMs - LEEWAY_MS,
  notAfterMs: nowMs + LIFETIME_MS,
});

/** A new authority (CA:TRUE, pathlen 0). Its name says nothing about whose it is. */
export async function createAuthority(nowMs: number): Promise<Authority> {
  const x509 = await loadX509();
  const key = generateKey();
  const certificate = await issue(x509, {
    subject: 'CN=mbt authority',
    publicKey: key.publicKey,
    issuer: { name: 'CN=mbt authority', key },
    notBeforeMs: nowMs - LEEWAY_MS,
    notAfterMs: nowMs + AUTHORITY_LIFETIME_MS,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  return { certificatePem: toPem(certificate), key };
}

/**
 * The member certificate over `memberKey` (SPKI DER), as DER. Peers learn no name from it: CN and a URI hold the
 * key's hash. The `*` among its names is what libtorrent wants of an SSL torrent's peer.
 */
export async function issueMemberCertificate(
  authority: Authority,
  memberKey: Uint8Array,
  dates: { readonly notBeforeMs: number; readonly notAfterMs: number },
): Promise<Uint8Array> {
  const x509 = await loadX509();
  const keyHash = sha256Hex(memberKey);
  return issue(x509, {
    subject: `CN=${keyHash}`,
    publicKey: memberKey,
    issuer: { name: subjectOf(x509, authority), key: authority.key },
    ...dates,
    extensions: [
      ...endEntity(x509),
      new x509.SubjectAlternativeNameExtension([
        { type: 'dns', value: '*' },
        { type: 'url', value: memberUri(keyHash) },
      ]),
    ],
  });
}

/** What a tracker shows: signed by the cluster's CA, good for the given host names and addresses. */
export async function issueTrackerCertificate(
  cluster: Authority,
  hosts: readonly string[],
  nowMs: number,
): Promise<{ certificatePem: string; key: KeyPair }> {
  const x509 = await loadX509();
  const key = generateKey();
  const names = hosts.map((value) => ({ type: isIP(value) ? ('ip' as const) : ('dns' as const), value }));
  const certificate = await issue(x509, {
    subject: 'CN=mbt tracker',
    publicKey: key.publicKey,
    issuer: { name: subjectOf(x509, cluster), key: cluster.key },
    ...memberDates(nowMs),
    extensions: [...endEntity(x509), new x509.SubjectAlternativeNameExtension(names)],
  });
  return { certificatePem: toPem(certificate), key };
}

/** The self-signed certificate over an identity key with which its user reaches trackers, as PEM. */
export async function identityCertificate(identity: KeyPair, nowMs: number): Promise<string> {
  const x509 = await loadX509();
  const name = `CN=${userIdOf(identity.publicKey)}`;
  const certificate = await issue(x509, {
    subject: name,
    publicKey: identity.publicKey,
    issuer: { name, key: identity },
    ...memberDates(nowMs),
    extensions: endEntity(x509),
  });
  return toPem(certificate);
}

/** DER as PEM (RFC 7468), lines of 64. */
export const toPem = (der: Uint8Array, label = 'CERTIFICATE'): string => {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
};

interface Issue {
  readonly subject: string;
  readonly publicKey: Uint8Array;
  readonly issuer: { readonly name: string; readonly key: KeyPair };
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly extensions: readonly X509Library.Extension[];
}

async function issue(x509: X509, order: Issue): Promise<Uint8Array> {
  const { publicKey, issuer } = order;
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: toHex(positive(secretBytes(SERIAL_BYTES))),
    subject: order.subject,
    issuer: issuer.name,
    notBefore: new Date(order.notBeforeMs),
    notAfter: new Date(order.notAfterMs),
    publicKey,
    signingKey: await webcrypto.subtle.importKey('pkcs8', issuer.key.privateKey, ECDSA, false, ['sign']),
    signingAlgorithm: ECDSA,
    extensions: [
      ...order.extensions,
      new x509.SubjectKeyIdentifierExtension(keyIdentifier(publicKey)),
      new x509.AuthorityKeyIdentifierExtension(keyIdentifier(issuer.key.publicKey)),
    ],
  });
  return new Uint8Array(certificate.rawData);
}

/** Not an authority; signs TLS handshakes from either end. */
const endEntity = (x509: X509): X509Library.Extension[] => [
  new x509.BasicConstraintsExtension(false, undefined, true),
  new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
  new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
];

/** RFC 7093: the leftmost 160 bits of a SHA-256, here of the whole SPKI. */
const keyIdentifier = (publicKey: Uint8Array): string => sha256Hex(publicKey).slice(0, 40);

/** A serial number is positive and has no leading zero (RFC 5280). */
function positive(serial: Uint8Array): Uint8Array {
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  return serial;
}

const subjectOf = (x509: X509, authority: Authority): string =>
  new x509.X509Certificate(authority.certificatePem).subject;

/**
 * Issuing is rare and the library takes a quarter of a second and 20 MB to load: nobody pays who doesn't issue. It
 * wants `reflect-metadata` there before it.
 */
async function loadX509(): Promise<X509> {
  await import('reflect-metadata');
  return import('@peculiar/x509');
}
