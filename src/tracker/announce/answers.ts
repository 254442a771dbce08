import type { Chance } from '../../base/index.ts';
import { copyParts, type AnnounceSwarm, type Asker, type Part } from './announce-swarm.ts';
import type { HttpFault } from './http-head.ts';
import { INTERVAL_MIN_S, INTERVAL_S } from './swarm-directory.ts';

/** Statuses that an answer may have. */
export type Status = 200 | 404 | HttpFault;

const REASONS: Readonly<Record<Status, string>> = {
  200: 'OK',
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  414: 'URI Too Long',
  431: 'Request Header Fields Too Large',
  505: 'HTTP Version Not Supported',
};

/** Bencoded: what is the same in every answer, between the counts and the peers. */
const INTERVALS = `e8:intervali${INTERVAL_S}e12:min intervali${INTERVAL_MIN_S}e`;

/** A whole HTTP answer whose body is `body` (Latin-1). */
export function textAnswer(status: Status, body: string, keepAlive: boolean): Buffer {
  return Buffer.from(headOf(status, body.length, keepAlive) + body, 'latin1');
}

/** BEP 3: why nothing came of a request. A client shows it to its user. */
export const failure = (reason: string): string => `d14:failure reason${reason.length}:${reason}e`;

/** BEP 3, 7 and 23: the swarm and some of its peers, packed. */
export function compactAnswer(
  swarm: AnnounceSwarm,
  asker: Asker,
  keepAlive: boolean,
  chance: Chance,
): Buffer {
  const four = swarm.partsFor(6, asker);
  const six = swarm.partsFor(18, asker);
  const fourBytes = 6 * countOf(four);
  const sixBytes = 18 * countOf(six);
  const front = `${countsOf(swarm)}5:peers${fourBytes}:`;
  const between = sixBytes === 0 ? '' : `6:peers6${sixBytes}:`;
  const bodyBytes = front.length + fourBytes + between.length + sixBytes + 1;
  const head = headOf(200, bodyBytes, keepAlive) + front;
  const answer = Buffer.allocUnsafe(head.length + fourBytes + between.length + sixBytes + 1);
  let at = answer.write(head, 'latin1');
  at = copyParts(four, answer, at, chance);
  at += answer.write(between, at, 'latin1');
  at = copyParts(six, answer, at, chance);
  answer[at] = 0x65;
  return answer;
}

/** BEP 3: the same with a dictionary for each peer. Our own clients' peer ids are not known here, and left out. */
export function dictionaryAnswer(
  swarm: AnnounceSwarm,
  asker: Asker,
  noPeerId: boolean,
  keepAlive: boolean,
  chance: Chance,
): Buffer {
  const slots = ([6, 18] as const)
    .flatMap((width) => swarm.partsFor(width, asker))
    .flatMap(({ list, wanted, skip }) => list.window(wanted, skip, chance));
  const peers = slots.map(({ host, port, peerId }) => {
    const id = noPeerId || peerId === undefined ? '' : `7:peer id20:${peerId}`;
    return `d2:ip${host.length}:${host}${id}4:porti${port}ee`;
  });
  return textAnswer(200, `${countsOf(swarm)}5:peersl${peers.join('')}ee`, keepAlive);
}

/** BEP 48: the swarms, in the order of their hashes. */
export function scrapeBody(swarms: readonly AnnounceSwarm[]): string {
  const files = swarms.map(
    ({ hash, complete, downloaded, incomplete }) =>
      `20:${hash}d8:completei${complete}e10:downloadedi${downloaded}e10:incompletei${incomplete}ee`,
  );
  return `d5:filesd${files.join('')}ee`;
}

const countsOf = ({ complete, incomplete }: AnnounceSwarm): string =>
  `d8:completei${complete}e10:incompletei${incomplete}${INTERVALS}`;

const countOf = (parts: readonly Part[]): number => parts.reduce((sum, { wanted }) => sum + wanted, 0);

const headOf = (status: Status, bodyBytes: number, keepAlive: boolean): string =>
  `HTTP/1.1 ${status} ${REASONS[status]}\r\nContent-Type: text/plain\r\nCache-Control: no-store\r\n` +
  `Content-Length: ${bodyBytes}\r\n${keepAlive ? '' : 'Connection: close\r\n'}\r\n`;
