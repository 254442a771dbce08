import { describe, expect, test } from 'vitest';
import type { Message } from '../wire/index.ts';
import { Script } from '../../test/simulation/scripted-swarm.ts';

const PIECES = 80;
const UNCHOKE: Message = { type: 'unchoke' };

/** A leecher, the source that it has everything from, and another leecher that has nothing yet. */
function meet(): { script: Script; source: number; other: number } {
  const script = new Script(PIECES);
  const source = script.connect('a');
  script.say(source, { type: 'have-all' }, UNCHOKE);
  const other = script.connect('b');
  script.say(other, { type: 'have-none' }, { type: 'interested' });
  return { script, source, other };
}

function fetch(script: Script, source: number, pieces: number): void {
  let from = 0;
  const stored = (): number => script.swarm.held?.count ?? 0;
  while (stored() < pieces) {
    const until = script.effects.length;
    script.answer(source, from);
    from = until;
    for (const { piece } of script.of('storePiece')) {
      if (stored() < pieces) script.news((swarm, nowMs) => swarm.onPieceStored(piece, nowMs));
    }
  }
}

const haves = (script: Script, conn: number, from = 0): number =>
  script.types(conn, from).filter((type) => type === 'have').length;

describe('what we hold is announced', () => {
  test('at once to who has nothing else to take from us', () => {
    const { script, source, other } = meet();
    fetch(script, source, 5);
    expect(haves(script, other)).toBe(5);
  });

  test('several together to who has enough to choose from, and not later than with the next tick', () => {
    const { script, source, other } = meet();
    fetch(script, source, 50);
    const told = haves(script, other);
    expect(told).toBeGreaterThan(20);
    expect(told).toBeLessThan(50);
    script.pass(100);
    expect(haves(script, other)).toBe(50);
  });

  test('before whatever else is said', () => {
    const { script, source, other } = meet();
    fetch(script, source, 50);
    const from = script.effects.length;
    script.say(other, { type: 'have', piece: PIECES - 1 });
    script.say(other, { type: 'request', piece: 0, begin: 0, length: 16_384 });
    const said = script.effects.slice(from).flatMap((effect) => {
      if (effect.type === 'sendBlock') return [effect.type];
      return effect.type === 'send' && effect.conn === other ? [effect.message.type] : [];
    });
    expect(said[0]).toBe('have');
    expect(haves(script, other)).toBe(50);
  });

  test('to a source, too, which steers by it', () => {
    const { script, source } = meet();
    fetch(script, source, 50);
    script.pass(100);
    expect(haves(script, source)).toBe(50);
  });
});
