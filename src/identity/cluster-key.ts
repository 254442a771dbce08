import { chmod, link, open as openFile, readFile, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  CommandError,
  fromBase64Url,
  secretBytes,
  sha256Hex,
  syncFolder,
  systemCode,
  toBase64Url,
  toHex,
  utf8,
} from '../base/index.ts';
import { certificateKey, isAuthority } from './certificate-check.ts';
import { createAuthority, type Authority } from './certificates.ts';
import { sign, verify, type KeyPair } from './keys.ts';
import { newOpaqueSetup, type OpaqueSetups } from './opaque-server.ts';

/** What makes trackers one cluster: each of them has a copy of it, nobody else may. */
export interface ClusterKey {
  /** SHA-256 of the CA's public key (SPKI DER), 64 hex digits: the fingerprint that `tracker_info.txt` can name. */
  readonly id: string;
  /** Issues the trackers' certificates; its key stamps name claims. */
  readonly authority: Authority;
  readonly opaqueSetups: OpaqueSetups;
}

const FORMAT = 1;
const PRIVATE = 0o600;
/** All permissions of group and others. */
const FOR_OTHERS = 0o077;

/**
 * The cluster's key from the file `path`; made there (0600) if there is none. Two trackers that start together agree:
 * the file appears at once and whole, and whoever comes second takes it. Throws CommandError.
 */
export async function loadOrCreateClusterKey(path: string, nowMs: number): Promise<ClusterKey> {
  return (await load(path)) ?? (await create(path, nowMs));
}

async function load(path: string): Promise<ClusterKey | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
    await keepPrivate(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw unusable(
      path,
      'PERMISSION_DENIED',
      `cannot be read and kept private (${systemCode(error)})`,
      error,
    );
  }
  return parse(text, path);
}

async function keepPrivate(path: string): Promise<void> {
  const { mode } = await stat(path);
  if ((mode & FOR_OTHERS) !== 0) await chmod(path, PRIVATE);
}

async function create(path: string, nowMs: number): Promise<ClusterKey> {
  const authority = await createAuthority(nowMs);
  const file: ClusterFile = {
    format: FORMAT,
    certificate: authority.certificatePem,
    privateKey: toBase64Url(authority.key.privateKey),
    opaque: { '1': await newOpaqueSetup() },
  };
  try {
    await appear(path, `${JSON.stringify(file, undefined, 2)}\n`);
  } catch (error) {
    throw unusable(path, 'IO_ERROR', `cannot be made (${systemCode(error)}): is the folder writable?`, error);
  }
  const made = await load(path);
  if (made === undefined) throw unusable(path, 'IO_ERROR', 'vanished right after it was made');
  return made;
}

/** Puts `text` at `path` at once and whole, unless something is there already. */
async function appear(path: string, text: string): Promise<void> {
  const temporary = `${path}.${toHex(secretBytes(8))}.tmp`;
  await writeDurably(temporary, text);
  try {
    await link(temporary, path);
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
  } finally {
    await unlink(temporary);
  }
  await syncFolder(dirname(path));
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await openFile(path, 'wx', PRIVATE);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

interface ClusterFile {
  readonly format: number;
  /** The CA's certificate, PEM. */
  readonly certificate: string;
  /** PKCS#8 DER, base64url. */
  readonly privateKey: string;
  /** Version → OPAQUE set-up. To rotate, add the next version to every copy; never take one away. */
  readonly opaque: Readonly<Record<string, string>>;
}

function parse(text: string, path: string): ClusterKey {
  const file = readJson(text);
  const key = isClusterFile(file) ? keyPairOf(file) : undefined;
  if (!isClusterFile(file) || key === undefined) {
    throw unusable(path, 'IO_ERROR', 'is damaged: copy it anew from another tracker of the cluster');
  }
  const setups = Object.entries(file.opaque).map(([version, setup]) => [Number(version), setup] as const);
  return {
    id: sha256Hex(key.publicKey),
    authority: { certificatePem: file.certificate, key },
    opaqueSetups: new Map(setups),
  };
}

/** Undefined if the private key is not that of the certificate. */
function keyPairOf(file: ClusterFile): KeyPair | undefined {
  const publicKey = certificateKey(file.certificate);
  const privateKey = fromBase64Url(file.privateKey);
  const probe = utf8('mbt key probe 1');
  try {
    return publicKey && verify(publicKey, probe, sign(privateKey, probe))
      ? { publicKey, privateKey }
      : undefined;
  } catch {
    return undefined;
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isClusterFile(value: unknown): value is ClusterFile {
  if (typeof value !== 'object' || value === null) return false;
  const { format, certificate, privateKey, opaque } = value as Partial<Record<keyof ClusterFile, unknown>>;
  return (
    format === FORMAT &&
    typeof certificate === 'string' &&
    isAuthority(certificate) &&
    typeof privateKey === 'string' &&
    isSetups(opaque)
  );
}

function isSetups(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const entries = Object.entries(value);
  return (
    entries.length > 0 && entries.every(([version, setup]) => /^[1-9]\d{0,5}$/.test(version) && isText(setup))
  );
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';

const unusable = (
  path: string,
  code: 'IO_ERROR' | 'PERMISSION_DENIED',
  why: string,
  cause?: unknown,
): CommandError => new CommandError(code, `the cluster's key ${path} ${why}`, { cause });
