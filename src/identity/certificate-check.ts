import { X509Certificate } from 'node:crypto';
import { equalBytes, sha256Hex } from '../base/index.ts';
import { extensionValue } from './der.ts';
import { hasKeyForm } from './keys.ts';

const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
/** 2.5.29.15 in DER, and what it holds where nothing but digitalSignature is allowed: one byte of flags. */
const KEY_USAGE = Uint8Array.of(0x55, 0x1d, 0x0f);
const DIGITAL_SIGNATURE_ONLY = Uint8Array.of(0x03, 0x02, 0x07, 0x80);
/** 2.5.29.19 in DER, and what it holds where CA is false: an empty sequence, as DER leaves out defaults. */
const BASIC_CONSTRAINTS = Uint8Array.of(0x55, 0x1d, 0x13);
const NO_AUTHORITY = Uint8Array.of(0x30, 0x00);
/** One certificate as our own encoder writes it (RFC 7468), nothing before or after: its exact bytes are hashed. */
const ONE_CERTIFICATE =
  /^-----BEGIN CERTIFICATE-----\n(?:[A-Za-z0-9+/=]{1,64}\n)+-----END CERTIFICATE-----\n$/;
const PEM_CHARS_MAX = 4096;
/** Renewed when a third of its time is left. */
const RENEWAL_SHARE = 1 / 3;

/** Good certificates of members that are remembered: to look at one costs a millisecond, and peers show the same ones. */
const REMEMBERED_MAX = 512;

/** What stays true of a good certificate, whatever the time. */
interface Good {
  readonly memberKeyHash: string;
  readonly certificate: Dates;
  readonly authority: Dates;
}

interface Dates {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** By authority and certificate; the one that was shown longest ago goes first. Bad ones are not kept: anybody can make them. */
const remembered = new Map<string, Good>();

/** How a member's certificate names the key that it is over. */
export const memberUri = (keyHash: string): string => `urn:mbt:key:${keyHash}`;

/** Whose certificate it is, or in plain words why it is refused. */
export type CertificateVerdict = { readonly memberKeyHash: string } | { readonly fault: string };

/**
 * Whether a peer's certificate was signed directly by the group's authority, is in force, and is made for peers. To
 * be done on every connection, whatever TLS says: a resumed session has checked nothing. Grants are another matter.
 */
export function checkMemberCertificate(
  der: Uint8Array,
  authorityPem: string,
  nowMs: number,
): CertificateVerdict {
  const name = `${authorityPem}${Buffer.from(der.buffer, der.byteOffset, der.length).toString('latin1')}`;
  const known = remembered.get(name);
  if (!known) return examine(der, authorityPem, nowMs, name);
  remembered.delete(name);
  remembered.set(name, known);
  const fault = datesFault(known.certificate, known.authority, nowMs);
  return fault === undefined ? { memberKeyHash: known.memberKeyHash } : { fault };
}

function examine(der: Uint8Array, authorityPem: string, nowMs: number, name: string): CertificateVerdict {
  const certificate = parseCertificate(der);
  const authority = parseCertificate(authorityPem);
  if (certificate === undefined) return { fault: 'the certificate cannot be read' };
  if (authority === undefined) return { fault: 'the authority cannot be read' };
  const memberKey = keyOf(certificate);
  if (memberKey === undefined) return { fault: 'the certificate is not over a P-256 key' };
  const memberKeyHash = sha256Hex(memberKey);
  const fault = issueFault(certificate, authority, nowMs) ?? memberFault(certificate, memberKeyHash);
  if (fault !== undefined) return { fault };
  remembered.set(name, { memberKeyHash, certificate: datesOf(certificate), authority: datesOf(authority) });
  const oldest = remembered.keys().next();
  if (remembered.size > REMEMBERED_MAX && !oldest.done) remembered.delete(oldest.value);
  return { memberKeyHash };
}

/** Why a certificate is not one that a tracker of the cluster with this CA shows; undefined if it is one. */
export function trackerCertificateFault(der: Uint8Array, caPem: string, nowMs: number): string | undefined {
  const certificate = parseCertificate(der);
  const ca = parseCertificate(caPem);
  if (certificate === undefined || ca === undefined) return 'the certificate cannot be read';
  return issueFault(certificate, ca, nowMs) ?? usageFault(certificate);
}

/** The public key (SPKI DER, P-256) that a certificate is over; undefined if there is none. */
export function certificateKey(certificate: Uint8Array | string): Uint8Array | undefined {
  const parsed = parseCertificate(certificate);
  return parsed && keyOf(parsed);
}

/** Whether `pem` is exactly one certificate of an authority over a P-256 key. */
export function isAuthority(pem: string): boolean {
  if (pem.length > PEM_CHARS_MAX || !ONE_CERTIFICATE.test(pem)) return false;
  const certificate = parseCertificate(pem);
  return certificate !== undefined && certificate.ca && keyOf(certificate) !== undefined;
}

/** Whether so little of a certificate's time is left that its issuer should sign a new one. */
export function isRenewalDue(der: Uint8Array, nowMs: number): boolean {
  const certificate = parseCertificate(der);
  if (certificate === undefined) return true;
  const { fromMs, untilMs } = datesOf(certificate);
  return untilMs - nowMs < (untilMs - fromMs) * RENEWAL_SHARE;
}

function issueFault(
  certificate: X509Certificate,
  issuer: X509Certificate,
  nowMs: number,
): string | undefined {
  if (!issuer.ca) return 'the issuer is no authority';
  if (!certificate.checkIssued(issuer)) return 'the certificate names another issuer';
  if (!certificate.verify(issuer.publicKey)) return 'the certificate has a wrong signature';
  return datesFault(datesOf(certificate), datesOf(issuer), nowMs);
}

function datesFault(certificate: Dates, issuer: Dates, nowMs: number): string | undefined {
  if (nowMs < certificate.fromMs) return 'the certificate is not valid yet; are the clocks right?';
  if (nowMs > certificate.untilMs) return 'the certificate has expired';
  return nowMs < issuer.fromMs || nowMs > issuer.untilMs ? 'the authority is not in force' : undefined;
}

function datesOf(certificate: X509Certificate): Dates {
  return { fromMs: Date.parse(certificate.validFrom), untilMs: Date.parse(certificate.validTo) };
}

function memberFault(certificate: X509Certificate, keyHash: string): string | undefined {
  const named =
    certificate.subject === `CN=${keyHash}` &&
    (certificate.subjectAltName ?? '').split(', ').includes(`URI:${memberUri(keyHash)}`);
  return named ? usageFault(certificate) : 'the certificate names another key than its own';
}

function usageFault(certificate: X509Certificate): string | undefined {
  const { raw } = certificate;
  if (!holds(raw, BASIC_CONSTRAINTS, NO_AUTHORITY))
    return 'the certificate is not marked as none of an authority';
  const usages = certificate.keyUsage ?? [];
  const isForBoth = usages.includes(SERVER_AUTH) && usages.includes(CLIENT_AUTH);
  const signsHandshakes = holds(raw, KEY_USAGE, DIGITAL_SIGNATURE_ONLY);
  return isForBoth && signsHandshakes ? undefined : 'the certificate is for another use';
}

function holds(certificate: Uint8Array, oid: Uint8Array, expected: Uint8Array): boolean {
  const value = extensionValue(certificate, oid);
  return value !== undefined && equalBytes(value, expected);
}

function keyOf(certificate: X509Certificate): Uint8Array | undefined {
  try {
    const spki = new Uint8Array(certificate.publicKey.export({ type: 'spki', format: 'der' }));
    return hasKeyForm(spki) ? spki : undefined;
  } catch {
    return undefined;
  }
}

function parseCertificate(certificate: Uint8Array | string): X509Certificate | undefined {
  try {
    return new X509Certificate(certificate);
  } catch {
    return undefined;
  }
}
