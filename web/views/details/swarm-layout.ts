import type { PeerRow } from '../../../src/node/commands.ts';

/** A peer in the drawing, in CSS pixels from the upper left corner. */
export interface DrawnPeer {
  readonly key: string;
  readonly user: string;
  readonly address: string;
  readonly progress: number;
  readonly x: number;
  readonly y: number;
  /** Where the name stands: away from the middle, where no line crosses it. */
  readonly nameY: number;
  /** Line by which they give to us, and we to them; undefined: nothing flows. */
  readonly from: FlowLine | undefined;
  readonly to: FlowLine | undefined;
}

export interface FlowLine {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  /** By the present rate, in CSS pixels. */
  readonly width: number;
  /** An arrow along the line, as an SVG path. */
  readonly path: string;
}

export interface SwarmDrawing {
  readonly width: number;
  readonly height: number;
  readonly centre: { readonly x: number; readonly y: number };
  readonly peers: readonly DrawnPeer[];
  /** Peers that found no place. */
  readonly left: number;
}

export const CENTRE_RADIUS = 30;
export const PEER_RADIUS = 20;

/** So many peers are drawn; the table has all. */
export const DRAWN_PEERS_MAX = 24;
const ONE_RING_MAX = 14;
const LINE_MIN = 1.5;
const LINE_MAX = 9;
/** A rate that is drawn full even where nothing is faster, so that a trickle looks like one. */
const FULL_RATE_MIN = 256 * 1024;
/** An ellipse is measured in so many straight pieces. */
const ELLIPSE_STEPS = 90;
/** Room above or beneath a peer for its name. */
const CAPTION = 26;

/**
 * This computer in the middle, peers around it in the order of their names, so that none jumps when rates change. Of
 * too many the busiest are drawn.
 */
export function drawSwarm(rows: readonly PeerRow[], width: number): SwarmDrawing {
  const present = rows.filter((row) => row.direction !== '-');
  const capacity = width < 480 ? 10 : DRAWN_PEERS_MAX;
  const drawn = busiest(present, capacity).sort(byName);
  const height = heightFor(drawn.length, width);
  const centre = { x: width / 2, y: height / 2 };
  const full = Math.max(
    FULL_RATE_MIN,
    ...drawn.flatMap((row) => [row.bytesPerSecondFrom, row.bytesPerSecondTo]),
  );
  const peers = drawn.map((row, index) => {
    const place = placeOf(index, drawn.length, { width, height, centre });
    return {
      key: `${row.user} ${row.address}`,
      user: row.user,
      address: row.address,
      progress: Math.min(1, Math.max(0, row.progress)),
      ...place,
      nameY: place.y < centre.y - 1 ? place.y - PEER_RADIUS - 8 : place.y + PEER_RADIUS + 16,
      from: flow(place, centre, row.bytesPerSecondFrom / full, 'in'),
      to: flow(place, centre, row.bytesPerSecondTo / full, 'out'),
    };
  });
  return { width, height, centre, peers, left: present.length - drawn.length };
}

function heightFor(peers: number, width: number): number {
  if (peers <= 2) return 190;
  if (width < 480) return 420;
  if (peers <= 8) return 320;
  return peers <= ONE_RING_MAX ? 400 : 480;
}

function busiest(rows: readonly PeerRow[], count: number): PeerRow[] {
  if (rows.length <= count) return [...rows];
  const rate = (row: PeerRow): number => row.bytesPerSecondFrom + row.bytesPerSecondTo;
  const total = (row: PeerRow): number => row.bytesFrom + row.bytesTo;
  return rows.toSorted((a, b) => rate(b) - rate(a) || total(b) - total(a)).slice(0, count);
}

function byName(a: PeerRow, b: PeerRow): number {
  if (a.user !== b.user) return a.user < b.user ? -1 : 1;
  if (a.address === b.address) return 0;
  return a.address < b.address ? -1 : 1;
}

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly centre: { readonly x: number; readonly y: number };
}

/** On an ellipse, from the top; of many the last on a smaller one. Two face each other at the sides. */
function placeOf(index: number, count: number, frame: Frame): { x: number; y: number } {
  const outer = Math.min(count, ONE_RING_MAX);
  const nearer = index >= outer;
  const size = nearer ? 0.58 : 1;
  const radiusX = Math.min(420, Math.max(60, frame.width / 2 - PEER_RADIUS - 36)) * size;
  const radiusY = Math.max(40, frame.centre.y - PEER_RADIUS - CAPTION) * size;
  const part = nearer ? (index - outer + 0.5) / (count - outer) : index / outer;
  const { x, y } = pointOnEllipse(radiusX, radiusY, count <= 2 ? part + 0.75 : part);
  return { x: round(frame.centre.x + x), y: round(frame.centre.y + y) };
}

/** The point after `part` of the way round, clockwise from the top: equal parts are equally long. */
function pointOnEllipse(radiusX: number, radiusY: number, part: number): { x: number; y: number } {
  const at = (step: number): { x: number; y: number } => {
    const angle = (step / ELLIPSE_STEPS) * 2 * Math.PI - Math.PI / 2;
    return { x: radiusX * Math.cos(angle), y: radiusY * Math.sin(angle) };
  };
  const lengths = Array.from({ length: ELLIPSE_STEPS }, (_, step) => {
    const [here, there] = [at(step), at(step + 1)];
    return Math.hypot(there.x - here.x, there.y - here.y);
  });
  let left = (part % 1) * lengths.reduce((sum, length) => sum + length, 0);
  const step = lengths.findIndex((length) => {
    if (left < length) return true;
    left -= length;
    return false;
  });
  return at(step < 0 ? 0 : step + left / (lengths[step] ?? 1));
}

/** Two lines lie beside each other, one for each direction, and end at the circles. */
function flow(peer: Point, centre: Point, part: number, direction: 'in' | 'out'): FlowLine | undefined {
  if (part <= 0) return undefined;
  const dx = centre.x - peer.x;
  const dy = centre.y - peer.y;
  const length = Math.hypot(dx, dy) || 1;
  const ux = dx / length;
  const uy = dy / length;
  const aside = direction === 'in' ? 6 : -6;
  const start = {
    x: peer.x + ux * (PEER_RADIUS + 5) - uy * aside,
    y: peer.y + uy * (PEER_RADIUS + 5) + ux * aside,
  };
  const end = {
    x: centre.x - ux * (CENTRE_RADIUS + 5) - uy * aside,
    y: centre.y - uy * (CENTRE_RADIUS + 5) + ux * aside,
  };
  const [first, last] = direction === 'in' ? [start, end] : [end, start];
  const width = round(LINE_MIN + (LINE_MAX - LINE_MIN) * Math.sqrt(Math.min(1, part)));
  return {
    x1: round(first.x),
    y1: round(first.y),
    x2: round(last.x),
    y2: round(last.y),
    width,
    path: arrowPath(first, last, width),
  };
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** An arrow as thick as `width`, with a head that is wider. */
function arrowPath(from: Point, to: Point, width: number): string {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const ux = (to.x - from.x) / length;
  const uy = (to.y - from.y) / length;
  const head = Math.min(length, width + 5);
  const point = (along: number, aside: number): string =>
    `${round(from.x + ux * along - uy * aside)} ${round(from.y + uy * along + ux * aside)}`;
  const half = width / 2;
  const wide = half + 3;
  const neck = length - head;
  return `M${[
    point(0, half),
    point(neck, half),
    point(neck, wide),
    point(length, 0),
    point(neck, -wide),
    point(neck, -half),
    point(0, -half),
  ].join('L')}Z`;
}

const round = (value: number): number => Math.round(value * 10) / 10;

const characters = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** A name short enough to stand beneath a circle; whole characters only. */
export function shortName(name: string, charsMax: number): string {
  const chars = Array.from(characters.segment(name), ({ segment }) => segment);
  return chars.length <= charsMax ? name : `${chars.slice(0, charsMax - 1).join('')}…`;
}
