import type { LocalInput, LocalResult } from '../../src/api/local/contract.ts';
import type { LocalCall } from '../../src/api/local/paths.ts';
import { wallMs } from '../clock.ts';
import type { World } from './world.ts';

type Answers = { [Name in LocalCall]?: (input: LocalInput<Name>, world: World) => LocalResult<Name> };
type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

const MIB = 2 ** 20;
const PIECES = 1000;
const startedMs = wallMs();

/** How the invented node answers about one file, limits, folders and invitations. */
export const moreAnswers: Answers = {
  status: (_, world) => ({
    user: world.user,
    listening: '192.168.1.20:6881',
    dataDir: '/home/ada/.mini-bittorrent/node',
    trackers: [
      { address: '192.0.2.7:6969', state: 'connected' },
      { address: '198.51.100.23:6969', state: 'unreachable' },
    ],
    shares: 4,
    downloads: world.downloads.length,
    peers: 9,
    downloadBytesPerSecond: 9 * MIB,
    uploadBytesPerSecond: 2 * MIB,
    downLimit: null,
    upLimit: null,
  }),
  pieceMap: ({ file }, world) => pieceMap(world.downloads.find((row) => row.file === file)),
  showPeers: ({ file }) => (file.startsWith('Atlas') ? [] : peers()),
  recheck: () => ({ goodBytes: 300 * MIB, totalBytes: 300 * MIB }),
  exportTorrent: ({ file, folder }) => ({
    file,
    content: '5eed5eed',
    infoHash: 'cd'.repeat(32),
    folder,
    written: [`${file}.torrent`, 'lab.ada.pem'],
    kept: ['lab.ca.pem'],
    torrent: `${file}.torrent`,
    key: 'lab.ada.pem',
    endsAtMs: startedMs + 30 * 86_400_000,
    trackers: 2,
  }),
  openLink: ({ file, path }) => opened(path ?? file),
  limits: () => limits,
  setLimit: ({ direction, bytesPerSecond, group = null, file = null }) => {
    const known = limits.rows.find((row) => row.group === group && row.file === file);
    const row: Mutable<LocalResult<'setLimit'>> = known ?? { group, file, upLimit: null, downLimit: null };
    if (!known) limits.rows.push(row);
    if (direction !== 'down') row.upLimit = bytesPerSecond;
    if (direction !== 'up') row.downLimit = bytesPerSecond;
    limits.rows = limits.rows.filter(
      (one) => one.group === null || one.upLimit !== null || one.downLimit !== null,
    );
    return { ...row };
  },
  exemptLan: ({ exempt }) => {
    limits.lanExempt = exempt;
    return {};
  },
  setSchedule: ({ rules }) => {
    limits.schedule = rules;
    return limits;
  },
  listFolders: () => ({ watches: [...watches], follows: [...follows] }),
  watchFolder: ({ path, group }) => {
    const row = { path, group, shared: 0, waiting: 2, fault: null };
    watches.push(row);
    return row;
  },
  unwatchFolder: ({ path }) => {
    watches = watches.filter((row) => row.path !== path);
    return {};
  },
  followGroup: ({ group, folder, terms }) => {
    const row = { group, folder, ...terms, fetched: 0, waiting: 1, fault: null };
    follows = [...follows.filter((one) => one.group !== group), row];
    return row;
  },
  unfollowGroup: ({ group }) => {
    follows = follows.filter((row) => row.group !== group);
    return {};
  },
  invite: ({ group, terms }) => {
    const made = invitation(group, `i${invitations.length}`, terms.expiresInSeconds, terms.uses, terms.auto);
    invitations.push(made);
    return made;
  },
  listInvitations: () => [...invitations],
  withdrawInvitation: ({ id }) => {
    const found = invitations.find((one) => one.id === id);
    if (found) found.state = 'withdrawn';
    return {};
  },
  doctor: () => ({
    version: '0.1.0',
    node: 'v20.20.0',
    trackers: [
      { address: '192.0.2.7:6969', state: 'connected', reachable: true, millis: 23 },
      { address: '198.51.100.23:6969', state: 'timed out', reachable: false },
    ],
    port: { port: 6881, reachable: false, text: '' },
    clockSkewMs: -45_000,
    freeBytes: 34 * 2 ** 30,
  }),
};

function pieceMap(row: World['downloads'][number] | undefined): LocalResult<'pieceMap'> {
  const part = !row || row.state === 'C' ? 1 : row.doneBytes / row.totalBytes;
  const held = Buffer.alloc(PIECES / 8);
  const availability = Buffer.alloc(PIECES);
  const active: number[] = [];
  for (let piece = 0; piece < PIECES; piece += 1) {
    const rank = ((piece * 2_654_435_761) >>> 0) / 2 ** 32;
    if (rank < part) held[piece >> 3] = (held[piece >> 3] ?? 0) | (128 >> (piece & 7));
    else if (rank < part + 0.009 && row?.state === 'D') active.push(piece);
    availability[piece] = 1 + ((piece * 5) % 6);
  }
  return {
    pieces: PIECES,
    pieceLength: MIB,
    merged: false,
    held: held.toString('base64'),
    active,
    availability: availability.toString('base64'),
  };
}

function peers(): LocalResult<'showPeers'> {
  const turn = Math.floor(wallMs() / 1500);
  return ['grace', 'linus', 'mo', 'noor', 'a <b>bold</b> name', 'tim'].map((user, at) => ({
    user,
    address: `192.168.1.${30 + at}:6881`,
    direction: at === 4 ? '-' : at % 2 === 0 ? 'in' : 'out',
    progress: [1, 0.82, 0.5, 0.31, 1, 0.04][at] ?? 0,
    bytesFrom: (6 - at) * 61 * MIB,
    bytesTo: at * 17 * MIB,
    bytesPerSecondFrom: at < 3 ? (3 - at) * MIB * (1 + ((turn + at) % 3) / 4) : 0,
    bytesPerSecondTo: at > 1 && at !== 4 ? at * 200_000 : 0,
    ...(at === 4 ? { fault: 'FLOOD' } : {}),
  }));
}

function opened(name: string): LocalResult<'openLink'> {
  const ending = name.slice(name.lastIndexOf('.') + 1);
  if (ending === 'tif' || ending === 'jpg')
    return { url: '/icon.svg', name, size: 600, type: 'image/svg+xml', preview: 'image' };
  if (ending === 'csv')
    return { url: '/tsconfig.json', name, size: 300, type: 'text/plain', preview: 'text' };
  if (ending === 'mp4') return { url: '/nothing.mp4', name, size: 1e9, type: 'video/mp4', preview: 'video' };
  if (ending === 'wav' || ending === 'flac')
    return { url: '/nothing.wav', name, size: 3e6, type: 'audio/wav', preview: 'audio' };
  return { url: '/nothing', name, size: 3e6, type: 'application/zip', preview: 'none' };
}

function invitation(
  group: string,
  id: string,
  seconds: number,
  uses: number,
  auto: boolean,
): Mutable<LocalResult<'invite'>> {
  return {
    id,
    group,
    link: `mbt://join/${'Qk9PSyBvZiBpbnZpdGF0aW9ucw'.repeat(12)}${id}`,
    expiresAtMs: wallMs() + seconds * 1000,
    uses,
    used: Math.min(uses, 1),
    auto,
    state: 'open',
  };
}

const invitations = [
  invitation('lab', 'a', 600_000, 5, true),
  { ...invitation('lab', 'b', -90_000, 1, false), state: 'expired' as const },
];
let watches = [
  { path: '/data/lab/results', group: 'lab', shared: 12, waiting: 1, fault: null as string | null },
  { path: '/data/gone', group: 'lab', shared: 3, waiting: 0, fault: 'the folder is gone; make it again' },
];
let follows: LocalResult<'followGroup'>[] = [
  {
    group: 'summer-school',
    folder: '/home/ada/Mini-BitTorrent/school',
    patterns: ['*.pdf', '*.mp4'],
    sizeMax: 4 * 2 ** 30,
    reserveBytes: 10 * 2 ** 30,
    fetched: 7,
    waiting: 2,
    fault: null,
  },
];
const limits: Mutable<LocalResult<'limits'>> & { rows: LocalResult<'setLimit'>[] } = {
  rows: [
    { group: null, file: null, upLimit: 2 * MIB, downLimit: null },
    { group: 'lab', file: 'Lecture 0002.mp4', upLimit: null, downLimit: 512 * 1024 },
  ],
  lanExempt: true,
  schedule: [
    { days: [1, 2, 3, 4, 5], fromMinute: 480, toMinute: 1080, upLimit: 500 * 1024, downLimit: 4 * MIB },
  ],
  scheduled: true,
};
