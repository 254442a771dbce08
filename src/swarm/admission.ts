import { compareBytes, equalBytes, PeerFault } from '../base/index.ts';
import type { Bans } from './bans.ts';
import type { SwarmCore } from './core.ts';
import type { PeerSession } from './peer-session.ts';

/** Why a connection that has just come about may not stay; closes the older one of two with the same peer. */
export function refusalOf(
  core: SwarmCore,
  bans: Bans,
  session: PeerSession,
  nowMs: number,
): { reason: string; fault?: PeerFault } | undefined {
  const { config, ownPeerId, paused, sessions } = core;
  const { info, identity } = session;
  if (equalBytes(info.peerId, ownPeerId)) {
    const fault = new PeerFault('SELF', 'dialled ourselves');
    return { reason: fault.message, fault };
  }
  if (paused) return { reason: 'paused' };
  if ([identity, info.user, info.key].some((name) => name !== undefined && bans.isBanned(name, nowMs))) {
    return noRoom('broke the rules before');
  }
  let ofUser = 0;
  for (const other of sessions.values()) {
    if (other.identity !== identity) {
      if (other.info.user === info.user) ofUser += 1;
      continue;
    }
    if (!isBetter(core, session, other)) return { reason: 'connected already' };
    core.close(other, nowMs, 'connected anew');
  }
  // Peer ids are free to choose: nobody takes all places by making them up.
  if (ofUser >= config.connectionsPerUserMax) return noRoom('as many of this user are here');
  return sessions.size >= config.connectionsMax ? noRoom('no place left') : undefined;
}

/**
 * Two may dial each other at the same time: both keep the connection that the lesser peer id dialled. A second
 * one in the same direction means that the first is dead.
 */
function isBetter(core: SwarmCore, session: PeerSession, other: PeerSession): boolean {
  if (session.info.outgoing === other.info.outgoing) return true;
  return compareBytes(core.ownPeerId, session.info.peerId) < 0 === session.info.outgoing;
}

function noRoom(why: string): { reason: string; fault: PeerFault } {
  const fault = new PeerFault('NO_ROOM', why);
  return { reason: fault.message, fault };
}
