import type { PeerFaultCode, UserId } from '../base/index.ts';
import type { SourceKey } from './effect.ts';
import type { PeerStatus } from './options.ts';
import type { PeerSession } from './peer-session.ts';

/** Peers that are gone are remembered with their totals; so many at most. */
const REMEMBERED_MAX = 500;

interface Past {
  readonly user: UserId;
  key: SourceKey | undefined;
  outgoing: boolean;
  client: string;
  progress: number;
  bytesFrom: number;
  bytesTo: number;
  fault?: PeerFaultCode;
}

/** Who gave and took how much: rows of those connected and of those that are gone. */
export class Totals {
  readonly #past = new Map<string, Past>();

  onGone(session: PeerSession): void {
    const { identity } = session;
    const past = this.#past.get(identity);
    this.#past.delete(identity);
    if (session.bytesFrom + session.bytesTo === 0 && !past && !session.fault) return;
    this.#past.set(identity, {
      user: session.info.user,
      key: session.key ?? past?.key,
      outgoing: session.info.outgoing,
      client: session.client,
      progress: progressOf(session),
      bytesFrom: session.bytesFrom + (past?.bytesFrom ?? 0),
      bytesTo: session.bytesTo + (past?.bytesTo ?? 0),
      ...(session.fault && { fault: session.fault.code }),
    });
    const oldest = this.#past.keys().next();
    if (this.#past.size > REMEMBERED_MAX && !oldest.done) this.#past.delete(oldest.value);
  }

  rows(sessions: Iterable<PeerSession>, nowMs: number): PeerStatus[] {
    const rows: PeerStatus[] = [];
    const present = new Set<string>();
    for (const session of sessions) {
      rows.push(this.#presentRow(session, nowMs));
      present.add(session.identity);
    }
    for (const [identity, past] of this.#past) {
      if (present.has(identity)) continue;
      rows.push({ conn: undefined, ...past, bytesPerSecondFrom: 0, bytesPerSecondTo: 0 });
    }
    return rows;
  }

  #presentRow(session: PeerSession, nowMs: number): PeerStatus {
    const past = this.#past.get(session.identity);
    return {
      conn: session.conn,
      key: session.key,
      user: session.info.user,
      outgoing: session.info.outgoing,
      client: session.client,
      progress: progressOf(session),
      bytesFrom: session.bytesFrom + (past?.bytesFrom ?? 0),
      bytesTo: session.bytesTo + (past?.bytesTo ?? 0),
      bytesPerSecondFrom: session.down.bytesPerSecond(nowMs),
      bytesPerSecondTo: session.up.bytesPerSecond(nowMs),
    };
  }
}

function progressOf(session: PeerSession): number {
  if (!session.has) return session.early.all ? 1 : 0;
  return session.has.size === 0 ? 1 : session.has.count / session.has.size;
}
