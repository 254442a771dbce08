import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PeerRow } from '../../../src/node/commands.ts';
import { DRAWN_PEERS_MAX, PEER_RADIUS, drawSwarm, shortName } from './swarm-layout.ts';

function peer(user: string, given: Partial<PeerRow> = {}): PeerRow {
  return {
    user,
    address: '10.0.0.1:6881',
    direction: 'in',
    progress: 0.5,
    bytesFrom: 0,
    bytesTo: 0,
    bytesPerSecondFrom: 0,
    bytesPerSecondTo: 0,
    ...given,
  };
}

test('peers lie inside the drawing and none upon another', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), fc.constantFrom(320, 480, 700, 1400), (count, width) => {
      const drawing = drawSwarm(
        Array.from({ length: count }, (_, index) => peer(`u${index}`)),
        width,
      );
      expect(drawing.peers.length + drawing.left).toBe(count);
      for (const one of drawing.peers) {
        expect(one.x - PEER_RADIUS).toBeGreaterThanOrEqual(0);
        expect(one.x + PEER_RADIUS).toBeLessThanOrEqual(width);
        expect(one.y - PEER_RADIUS).toBeGreaterThanOrEqual(0);
        expect(one.y + PEER_RADIUS).toBeLessThanOrEqual(drawing.height);
        for (const other of drawing.peers) {
          if (other === one) continue;
          expect(Math.hypot(one.x - other.x, one.y - other.y)).toBeGreaterThan(PEER_RADIUS * 2);
        }
      }
    }),
  );
});

test('places do not change with rates', () => {
  const still = drawSwarm([peer('b'), peer('a'), peer('c')], 600);
  const busy = drawSwarm([peer('c', { bytesPerSecondFrom: 9e6 }), peer('b'), peer('a')], 600);
  const places = (drawing: typeof still): unknown => drawing.peers.map(({ user, x, y }) => ({ user, x, y }));
  expect(places(busy)).toEqual(places(still));
});

test('lines go the way of the bytes, thicker with the rate', () => {
  const [slow, fast] = drawSwarm(
    [peer('a', { bytesPerSecondFrom: 1e4 }), peer('b', { bytesPerSecondTo: 5e6 })],
    600,
  ).peers;
  expect(slow?.to).toBeUndefined();
  expect(fast?.from).toBeUndefined();
  expect(fast?.to?.width).toBe(9);
  expect(slow?.from?.width ?? 0).toBeLessThan(3);
  expect(slow?.from?.x1 ?? 0).toBeLessThan(slow?.from?.x2 ?? 0);
  expect(fast?.to?.x2 ?? 0).toBeGreaterThan(fast?.to?.x1 ?? 0);
});

test('who is gone is not drawn; of too many the busiest are', () => {
  const many = Array.from({ length: 50 }, (_, index) => peer(`u${index}`, { bytesPerSecondFrom: index }));
  const drawing = drawSwarm([...many, peer('gone', { direction: '-' })], 900);
  expect(drawing.peers).toHaveLength(DRAWN_PEERS_MAX);
  expect(drawing.left).toBe(50 - DRAWN_PEERS_MAX);
  expect(drawing.peers.some((one) => one.user === 'u49')).toBe(true);
  expect(drawing.peers.some((one) => one.user === 'u1')).toBe(false);
});

test('a name is cut between characters', () => {
  expect(shortName('ada', 5)).toBe('ada');
  expect(shortName('👩‍🚀abcdef', 4)).toBe('👩‍🚀ab…');
  expect(shortName('abcdefgh', 5)).toBe('abcd…');
});
