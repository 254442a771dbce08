import type { PieceMap } from '../../../src/node/commands.ts';
import { formatCount } from '../../text/format.ts';

/**
 * Shades of a cell, one small number each, so that two states of a map can be compared cell by cell: 0 to 3 missing
 * (nobody has it, one peer, two or three, more), 4 under way, 5 to 12 held by an eighth to wholly.
 */
export const SHADES = { missing: 0, active: 4, held: 5, count: 13 } as const;

const HELD_STEPS = 8;

/** A piece map as the page draws it: a cell is a piece, or a bucket of pieces of a large file. */
export interface PieceCells {
  /** A shade of `SHADES` for each cell. */
  readonly shades: Uint8Array;
  readonly pieces: number;
  /** Pieces held; of a merged map about. */
  readonly heldPieces: number;
  readonly active: number;
  readonly merged: boolean;
  /** Missing cells that no connected peer has. */
  readonly unavailable: number;
}

export function toPieceCells(map: PieceMap): PieceCells {
  const availability = fromBase64(map.availability);
  const heldBytes = fromBase64(map.held);
  const cells = map.merged ? heldBytes.length : map.pieces;
  const active = new Set(map.active.filter((cell) => cell < cells));
  const shades = new Uint8Array(cells);
  let heldShare = 0;
  let unavailable = 0;
  for (let cell = 0; cell < cells; cell += 1) {
    const held = map.merged ? (heldBytes[cell] ?? 0) : bitAt(heldBytes, cell) * 255;
    const peers = availability[cell] ?? 0;
    heldShare += held;
    if (held < 255 && peers === 0) unavailable += 1;
    shades[cell] = shadeOf(held, active.has(cell), peers);
  }
  const heldPieces = map.merged
    ? Math.min(map.pieces, Math.round((heldShare / 255 / Math.max(1, cells)) * map.pieces))
    : Math.round(heldShare / 255);
  return { shades, pieces: map.pieces, heldPieces, active: active.size, merged: map.merged, unavailable };
}

/** BEP 3: a bit a piece, the first the highest of the first byte. */
export function bitAt(bytes: Uint8Array, index: number): 0 | 1 {
  return (((bytes[index >> 3] ?? 0) >> (7 - (index & 7))) & 1) as 0 | 1;
}

/** `held` 0 to 255 of the cell, `peers` how many connected peers have it. */
export function shadeOf(held: number, active: boolean, peers: number): number {
  if (held >= 255) return SHADES.count - 1;
  if (active) return SHADES.active;
  if (held > 0) return SHADES.held + Math.min(HELD_STEPS - 2, Math.floor((held / 255) * HELD_STEPS));
  if (peers === 0) return SHADES.missing;
  if (peers === 1) return 1;
  return peers < 4 ? 2 : 3;
}

/** Cells whose shade differs; all of them when the number of cells does. */
export function changedCells(before: Uint8Array | undefined, after: Uint8Array): number[] {
  const changed: number[] = [];
  const sameSize = before?.length === after.length;
  for (let cell = 0; cell < after.length; cell += 1) {
    if (!sameSize || before[cell] !== after[cell]) changed.push(cell);
  }
  return changed;
}

/** What the map shows, in words: `412 of 1,000 pieces, 9 under way`. */
export function pieceWords(cells: PieceCells): string {
  const { pieces, heldPieces, active, merged, unavailable } = cells;
  const all = formatCount(pieces, 'piece');
  if (heldPieces >= pieces && active === 0) return `All ${all}`;
  const parts = [`${merged ? 'About ' : ''}${number(heldPieces)} of ${all}`];
  if (active > 0) parts.push(merged ? `${number(active)} places under way` : `${number(active)} under way`);
  if (unavailable > 0 && !merged) parts.push(`${number(unavailable)} that no connected peer has`);
  return parts.join(', ');
}

const number = (value: number): string => value.toLocaleString('en');

function fromBase64(text: string): Uint8Array {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
  return bytes;
}
