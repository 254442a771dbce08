import { createPrivateKey } from 'node:crypto';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { type Clock, fromHex, secretBytes, utf8, view } from '../../src/base/index.ts';
import {
  createAuthority,
  generateKey,
  issueMemberCertificate,
  memberDates,
  toPem,
} from '../../src/identity/index.ts';

export interface Attempt {
  /** The port answered under this content's name with its certificate: the right door was tried. */
  readonly foundTheDoor: boolean;
  /** Bytes that came out of it. */
  readonly bytes: number;
}

export interface Door {
  readonly host: string;
  readonly port: number;
  /** 64 hex digits. */
  readonly infoHash: string;
}

const PATIENCE_MS = 3_000;

/** The BitTorrent handshake (BEP 3) for the content, with the extension bits of BEP 10 and BEP 52. */
function handshake(infoHash: string): Uint8Array {
  const reserved = new Uint8Array([0, 0, 0, 0, 0, 0x10, 0, 0x14]);
  return Buffer.concat([
    new Uint8Array([19]),
    utf8('BitTorrent protocol'),
    reserved,
    fromHex(infoHash.slice(0, 40)),
    secretBytes(20),
  ]);
}

/**
 * Goes to a peer's port as a program that knows everything but has no certificate of the group, asks for the
 * content in the BitTorrent way, and counts what it is given.
 */
export function tryToGetIn(door: Door, clock: Clock, own: ConnectionOptions = {}): Promise<Attempt> {
  return new Promise((resolve) => {
    let bytes = 0;
    let foundTheDoor = false;
    const socket: TLSSocket = connect({
      host: door.host,
      port: door.port,
      servername: door.infoHash.slice(0, 40),
      rejectUnauthorized: false,
      minVersion: 'TLSv1.3',
      ...own,
    });
    const done = (): void => {
      cancel();
      socket.destroy();
      resolve({ foundTheDoor, bytes });
    };
    const cancel = clock.after(PATIENCE_MS, done);
    socket.on('secureConnect', () => {
      foundTheDoor = socket.getPeerX509Certificate() !== undefined;
      socket.write(handshake(door.infoHash));
      // "Interested", then a request for the first block.
      socket.write(fromHex('0000000102' + '0000000d06' + '00000000' + '00000000' + '00004000'));
    });
    socket.on('data', (chunk) => (bytes += chunk.length));
    socket.on('error', () => undefined);
    socket.on('close', done);
  });
}

/** What somebody refused can make for itself: a certificate like a member's, but by an authority of its own. */
export async function forgedCertificate(clock: Clock): Promise<{ cert: string; key: string }> {
  const nowMs = clock.wallMs();
  const member = generateKey();
  const authority = await createAuthority(nowMs);
  const certificate = await issueMemberCertificate(authority, member.publicKey, memberDates(nowMs));
  const key = createPrivateKey({ key: view(member.privateKey), format: 'der', type: 'pkcs8' });
  return { cert: toPem(certificate), key: key.export({ type: 'pkcs8', format: 'pem' }).toString() };
}
