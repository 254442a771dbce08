import { EXTENSION_IDS, LARGEST_REQUEST_BYTES, type ExtensionHandshake } from '../wire/index.ts';
import type { SwarmCore } from './core.ts';
import type { PeerSession } from './peer-session.ts';

const CLIENT = 'Mini-BitTorrent 0.1';

/** First words on a new connection: what we hold, then what we can do. */
export function greet(core: SwarmCore, session: PeerSession, groupDigest: Uint8Array | undefined): void {
  sendPieces(core, session);
  if (session.extensions) {
    core.send(session, { type: 'extension-handshake', handshake: extensionHandshake(core, groupDigest) });
  }
}

function sendPieces(core: SwarmCore, session: PeerSession): void {
  const held = core.work?.held;
  if (session.fast && held?.isComplete) core.send(session, { type: 'have-all' });
  else if (held && held.count > 0) core.send(session, { type: 'bitfield', bits: held.toBytes() });
  else if (session.fast) core.send(session, { type: 'have-none' });
}

export function extensionHandshake(core: SwarmCore, groupDigest: Uint8Array | undefined): ExtensionHandshake {
  const device = core.ownKey.slice(core.ownKey.indexOf('/') + 1);
  const metadataBytes = core.torrent?.infoBytes.length;
  return {
    ids: EXTENSION_IDS,
    client: CLIENT,
    requestsMax: core.config.requestsMax,
    uploadOnly: core.isSatisfied,
    ...(metadataBytes !== undefined && { metadataBytes }),
    own: { requestBytesMax: LARGEST_REQUEST_BYTES, device, ...(groupDigest && { groupDigest }) },
  };
}
