import { expect, test } from 'vitest';
import { Ledger } from '../../scripts/demo/ledger.ts';
import type { PeerRow } from '../../src/node/index.ts';

function row(user: string, bytesFrom: number, bytesTo: number): PeerRow {
  const rates = { bytesPerSecondFrom: 0, bytesPerSecondTo: 0 };
  return { user, address: '-', direction: '-', progress: 1, bytesFrom, bytesTo, ...rates };
}

const books = [
  { name: 'olivia', torn: false, rows: [row('ann', 0, 90), row('cleo', 0, 30), row('cleo', 0, 40)] },
  { name: 'ann', torn: false, rows: [row('olivia', 88, 0), row('cleo', 5, 20)] },
  { name: 'cleo', torn: true, rows: [row('olivia', 40, 0), row('ann', 15, 5)] },
];
const ledger = new Ledger(books);

test('what somebody got counts as the taker counted it', () => {
  expect(ledger.given('olivia', 'ann')).toBe(88);
  expect(ledger.given('ann', 'olivia')).toBe(0);
});

test('where the taker was killed, the giver still knows, over several connections', () => {
  expect(ledger.given('olivia', 'cleo')).toBe(70);
  expect(ledger.given('ann', 'cleo')).toBe(20);
});

test('sums leave out nobody and nothing twice', () => {
  expect(ledger.givenInAll('olivia')).toBe(158);
  expect(ledger.takenFromOthers('cleo', 'olivia')).toBe(20);
  expect(ledger.takenFromOthers('ann', 'olivia')).toBe(5);
});

test('what the killed one fetched since its return stands in its own book', () => {
  expect(ledger.takenByOwnBook('cleo')).toBe(55);
});

test('the table names each giver and taker once', () => {
  const lines = ledger.lines(['olivia', 'ann', 'cleo'], ['ann', 'cleo']);
  expect(lines.map((line) => line.split(/ {2,}/))).toEqual([
    ['gave', 'to ann', 'to cleo', 'in all'],
    ['olivia', '88 B', '70 B', '158 B'],
    ['ann', '-', '20 B', '20 B'],
    ['cleo', '5 B', '-', '5 B'],
  ]);
});
