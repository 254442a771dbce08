/**
 * What choosing a piece costs with a thousand and with a million pieces: the order by rarity alone, and a whole swarm's
 * bookkeeping for a piece (picked, its 16 blocks asked for, taken in, stored, announced to everybody), no bytes moved.
 *
 *     npm run bench -- picker [RUNS]                  5 runs unless told otherwise
 */
import { seededChance, systemClock, type Chance, type UserId } from '../src/base/index.ts';
import {
  Bitfield,
  buildContent,
  buildTorrent,
  HASH_BYTES,
  leafHashes,
  merkleRoot,
  PieceLayers,
  rootOfLayer,
  type Torrent,
} from '../src/metainfo/index.ts';
import { SharedPiecePool, Swarm, type Effect } from '../src/swarm/index.ts';
import { RarityOrder } from '../src/swarm/rarity.ts';
import { RESERVED } from '../src/wire/index.ts';
import { median } from './bench-group.ts';

const SIZES = [1e3, 1e4, 1e5, 1e6] as const;
const PEERS = 24;
/** Part of the pieces that a peer has. */
const PEER_HAS = 0.6;
const PIECE_BYTES = 256 * 1024;
const BLOCKS_PER_PIECE = 16;
const PICKS = 20_000;
const PIECES_FETCHED = 600;
const NS_PER_MS = 1e6;

function randomField(pieces: number, chance: Chance): Bitfield {
  const field = new Bitfield(pieces);
  for (let piece = 0; piece < pieces; piece += 1) if (chance() < PEER_HAS) field.set(piece);
  return field;
}

/** Nanoseconds of one pick: chosen, taken off the list, counted for somebody who has it now, put back. */
function nsPerPick(pieces: number, fields: readonly Bitfield[], chance: Chance): number {
  const order = new RarityOrder(pieces, chance);
  for (let piece = 0; piece < pieces; piece += 1) order.add(piece);
  for (const field of fields) for (const piece of field.ones()) order.increase(piece);
  const startMs = systemClock.nowMs();
  for (let n = 0; n < PICKS; n += 1) {
    const field = fields[n % fields.length] as Bitfield;
    const piece = order.pick((candidate) => field.get(candidate)) ?? 0;
    order.remove(piece);
    const other = Math.floor(chance() * pieces);
    order.increase(other);
    order.decrease(other);
    order.add(piece);
  }
  return ((systemClock.nowMs() - startMs) * NS_PER_MS) / PICKS;
}

/** Zeros in `pieces` pieces of one length, whatever the canonical one would be. */
function torrentOf(pieces: number): { torrent: Torrent; layers: PieceLayers } {
  const root = merkleRoot(leafHashes(new Uint8Array(PIECE_BYTES)), 0, Math.log2(BLOCKS_PER_PIECE));
  const layer = new Uint8Array(pieces * HASH_BYTES);
  for (let piece = 0; piece < pieces; piece += 1) layer.set(root, piece * HASH_BYTES);
  const file = { path: ['f'], length: PIECE_BYTES * 2, piecesRoot: rootOfLayer(layer, PIECE_BYTES) };
  const small = buildTorrent(buildContent({ name: 'f', isFolder: false, files: [file] }));
  const length = pieces * PIECE_BYTES;
  const content = {
    ...small.content,
    size: length,
    pieceCount: pieces,
    files: [{ ...file, length, firstPiece: 0, pieceCount: pieces }],
  };
  const layers = PieceLayers.fromBytes(content, layer);
  if (layers === undefined) throw new Error('the layers do not fit');
  return { torrent: { ...small, content }, layers };
}

function openSwarm(pieces: number, fields: readonly Bitfield[], chance: Chance): Swarm {
  const { torrent, layers } = torrentOf(pieces);
  const swarm = new Swarm({
    infoHash: torrent.infoHash,
    torrent,
    pieceLayers: layers,
    ownPeerId: new Uint8Array(20).fill(1),
    ownKey: `${'0'.repeat(64)}/own`,
    pool: new SharedPiecePool(64 * 2 ** 20),
    chance,
    nowMs: 0,
  });
  fields.forEach((field, at) => {
    const conn = at + 1;
    const user = conn.toString(16).padStart(64, '0') as UserId;
    const peerId = new Uint8Array(20).fill(conn + 1);
    swarm.onConnected(conn, { key: undefined, user, peerId, outgoing: false, reserved: RESERVED }, 0);
    swarm.onMessage(conn, { type: 'bitfield', bits: field.toBytes() }, 0);
  });
  return swarm;
}

/** Pieces stored by that: 0 or 1. */
function carryOut(swarm: Swarm, effect: Effect): number {
  if (effect.type === 'storePiece') {
    swarm.onPieceStored(effect.piece, 0);
    return 1;
  }
  if (effect.type !== 'send' || effect.message.type !== 'request') return 0;
  const { piece, begin, length } = effect.message;
  const target = swarm.blockTarget(effect.conn, piece, begin, length, 0);
  if (target) swarm.onBlock(effect.conn, piece, begin, length, 0);
  return 0;
}

/** Nanoseconds for each piece of the first few hundred that a swarm fetches. */
function nsPerPiece(pieces: number, fields: readonly Bitfield[], chance: Chance): number {
  const swarm = openSwarm(pieces, fields, chance);
  swarm.takeEffects();
  const startMs = systemClock.nowMs();
  for (let conn = 1; conn <= fields.length; conn += 1) swarm.onMessage(conn, { type: 'unchoke' }, 0);
  let stored = 0;
  while (stored < PIECES_FETCHED) {
    const effects = swarm.takeEffects();
    if (effects.length === 0) throw new Error(`the swarm stands still at ${stored} pieces`);
    for (const effect of effects) stored += carryOut(swarm, effect);
  }
  const lastedMs = systemClock.nowMs() - startMs;
  swarm.close();
  return (lastedMs * NS_PER_MS) / stored;
}

/** Runs the measurement; resolves to the exit code. */
export function main(args: readonly string[]): Promise<number> {
  const [runs = 5] = args.map(Number);
  if (!Number.isInteger(runs) || runs < 1) {
    process.stderr.write('npm run bench -- picker [RUNS]\n');
    return Promise.resolve(2);
  }
  const chance = seededChance(1);
  const fields = SIZES.map((pieces) => Array.from({ length: PEERS }, () => randomField(pieces, chance)));
  const picks: number[][] = SIZES.map(() => []);
  const whole: number[][] = SIZES.map(() => []);
  // The first round warms up.
  for (let run = 0; run <= runs; run += 1) {
    SIZES.forEach((pieces, at) => {
      const pick = nsPerPick(pieces, fields[at] ?? [], chance);
      const piece = nsPerPiece(pieces, fields[at] ?? [], chance);
      if (run === 0) return;
      picks[at]?.push(pick);
      whole[at]?.push(piece);
    });
  }
  SIZES.forEach((pieces, at) => {
    const [pick, piece] = [median(picks[at] ?? []), median(whole[at] ?? [])];
    const [pickRatio, pieceRatio] = [pick / median(picks[0] ?? []), piece / median(whole[0] ?? [])];
    process.stdout.write(
      `${pieces} pieces: a pick ${pick.toFixed(0)} ns (${pickRatio.toFixed(2)} of that with 1000), ` +
        `a whole piece ${piece.toFixed(0)} ns (${pieceRatio.toFixed(2)})\n`,
    );
  });
  return Promise.resolve(0);
}
