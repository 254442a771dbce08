import { expect, test } from 'vitest';
import { NUMWANT_MAX, parseAnnounce, parseScrape, SCRAPE_HASHES_MAX } from './announce-query.ts';

const HASH = '%00%ff%7E' + 'abcdefghijklmnopq';
const PLAIN = '\x00\xff~abcdefghijklmnopq';
const GOOD = `info_hash=${HASH}&peer_id=-LT2080-123456789012&port=6881`;
const parsed = (more: string) => parseAnnounce(`${GOOD}&${more}`);

test('what a client says is read', () => {
  expect(
    parsed('uploaded=0&downloaded=0&left=0&event=started&numwant=7&compact=0&no_peer_id=1&ip=10.0.0.1'),
  ).toEqual({
    infoHash: PLAIN,
    peerId: '-LT2080-123456789012',
    port: 6881,
    seed: true,
    event: 'started',
    wanted: 7,
    compact: false,
    noPeerId: true,
    ip: '10.0.0.1',
  });
});

test('what it leaves out, or says of no use, is as usual', () => {
  const usual = {
    infoHash: PLAIN,
    peerId: '-LT2080-123456789012',
    port: 6881,
    seed: false,
    event: undefined,
    wanted: 50,
    compact: true,
    noPeerId: false,
    ip: undefined,
  };
  expect(parseAnnounce(GOOD)).toEqual(usual);
  expect(parsed('left=18446744073709551615&event=paused&numwant=-1&compact=&&=&x')).toEqual(usual);
});

test('peers wanted are limited', () => {
  expect(parsed('numwant=100000')).toMatchObject({ wanted: NUMWANT_MAX });
  expect(parsed('numwant=0')).toMatchObject({ wanted: 0 });
});

test.each([
  ['', /info_hash/],
  [GOOD.replace('info_hash', 'infohash'), /info_hash/],
  [GOOD.replace('abc', 'ab'), /info_hash/],
  [GOOD.replace('abc', 'abcd'), /info_hash/],
  [GOOD.replace('%00', '%0'), /info_hash/],
  [GOOD.replace('%00', '%0g'), /info_hash/],
  [`info_hash=${'%41'.repeat(19)}%4&peer_id=-LT2080-123456789012&port=1`, /info_hash/],
  [GOOD.replace('-LT2080-', '-LT2080'), /peer_id/],
  [GOOD.replace('6881', '0'), /port/],
  [GOOD.replace('6881', '65536'), /port/],
  [GOOD.replace('6881', '-1'), /port/],
  [GOOD.replace('6881', '80.5'), /port/],
  [GOOD.replace('6881', '1e3'), /port/],
  [`${GOOD}&left=much`, /left/],
  [`${'a=b&'.repeat(40)}${GOOD}`, /too many/],
])('%s is refused', (query, reason) => {
  expect(parseAnnounce(query)).toMatch(reason);
});

test('a scrape names info-hashes, which come back in order and once', () => {
  const b = `info_hash=${'b'.repeat(20)}`;
  const a = `info_hash=${'%61'.repeat(20)}`;
  expect(parseScrape([b, a, b].join('&'))).toEqual(['a'.repeat(20), 'b'.repeat(20)]);
  expect(parseScrape('')).toMatch(/name/);
  expect(parseScrape('info_hash=x')).toMatch(/20 bytes/);
  const many = Array.from(
    { length: SCRAPE_HASHES_MAX + 1 },
    (_, n) => `info_hash=${String(n).padStart(20, '0')}`,
  );
  expect(parseScrape(many.slice(1).join('&'))).toHaveLength(SCRAPE_HASHES_MAX);
  expect(parseScrape(many.join('&'))).toMatch(/more than/);
});
