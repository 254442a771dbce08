import { expect, test } from 'vitest';
import { seededChance } from '../../base/index.ts';
import { HEAD_CHARS_MAX, readHttpHead, TARGET_CHARS_MAX } from './http-head.ts';

const head = (line: string, ...headers: string[]): string => [line, ...headers, '', ''].join('\r\n');
const GET = head('GET /k/announce?a=%00b HTTP/1.1', 'Host: x:1', 'User-Agent: libtorrent/2.0.8.0');

test('a GET is read, and where the next one begins', () => {
  expect(readHttpHead(GET, 0)).toEqual({ target: '/k/announce?a=%00b', keepAlive: true, end: GET.length });
  const two = GET + head('GET /2 HTTP/1.1', 'host: x', 'connection: Close');
  expect(readHttpHead(two, GET.length)).toEqual({ target: '/2', keepAlive: false, end: two.length });
});

test('keep-alive is the rule of 1.1 and the exception of 1.0', () => {
  const keeps = (line: string, ...headers: string[]): unknown => {
    const read = readHttpHead(head(line, ...headers), 0);
    return typeof read === 'object' ? read.keepAlive : read;
  };
  expect(keeps('GET / HTTP/1.1', 'Host: x', 'Connection: TE, close')).toBe(false);
  expect(keeps('GET / HTTP/1.1', 'Host: x', 'Connection: keep-alive')).toBe(true);
  expect(keeps('GET / HTTP/1.0')).toBe(false);
  expect(keeps('GET / HTTP/1.0', 'Connection: Keep-Alive')).toBe(true);
});

test('every beginning of a good head is waited for', () => {
  for (let length = 0; length < GET.length; length += 1)
    expect(readHttpHead(GET.slice(0, length), 0)).toBeUndefined();
});

test.each([
  ['another method', head('POST / HTTP/1.1', 'Host: x'), 405],
  ['another method, unfinished', 'HEAD /', 405],
  ['lower case', head('get / HTTP/1.1', 'Host: x'), 405],
  ['TLS', '\x16\x03\x01\x02\x00\x01\x00', 400],
  ['BitTorrent', '\x13BitTorrent protocol', 400],
  ['no target', head('GET HTTP/1.1', 'Host: x'), 400],
  ['no path', head('GET x HTTP/1.1', 'Host: x'), 400],
  ['an absolute URL', head('GET http://x/ HTTP/1.1', 'Host: x'), 400],
  ['two blanks', head('GET  / HTTP/1.1', 'Host: x'), 400],
  ['a blank in the target', head('GET /a b HTTP/1.1', 'Host: x'), 400],
  ['raw bytes in the target', head('GET /\xff HTTP/1.1', 'Host: x'), 400],
  ['a NUL in the target', head('GET /\0 HTTP/1.1', 'Host: x'), 400],
  ['HTTP/2', head('GET / HTTP/2.0', 'Host: x'), 505],
  ['no version', head('GET /', 'Host: x'), 400],
  ['a bare newline', 'GET / HTTP/1.1\nHost: x\r\n\r\n', 400],
  ['a folded header', head('GET / HTTP/1.1', 'Host: x', ' y: z'), 400],
  ['a header without a name', head('GET / HTTP/1.1', 'Host: x', ': z'), 400],
  ['a blank before the colon', head('GET / HTTP/1.1', 'Host : x'), 400],
  ['a NUL in a header', head('GET / HTTP/1.1', 'Host: x\0'), 400],
  ['a bare CR in a header', head('GET / HTTP/1.1', 'Host: x', 'A: b\rContent-Length: 5'), 400],
  ['no host', head('GET / HTTP/1.1'), 400],
  ['two hosts', head('GET / HTTP/1.1', 'Host: x', 'HOST: y'), 400],
  ['a body', head('GET / HTTP/1.1', 'Host: x', 'Content-Length: 5'), 400],
  ['a body of two lengths', head('GET / HTTP/1.1', 'Host: x', 'content-length: 0, 5'), 400],
  ['a chunked body', head('GET / HTTP/1.1', 'Host: x', 'Transfer-Encoding: chunked'), 400],
  ['33 headers', head('GET / HTTP/1.1', 'Host: x', ...Array.from({ length: 32 }, () => 'a: b')), 431],
  ['a long target', head(`GET /${'a'.repeat(TARGET_CHARS_MAX)} HTTP/1.1`, 'Host: x'), 414],
  ['a long target, unfinished', `GET /${'a'.repeat(TARGET_CHARS_MAX)}`, 414],
  ['a long head', head('GET / HTTP/1.1', 'Host: x', `a: ${'b'.repeat(HEAD_CHARS_MAX)}`), 431],
  ['a long head, unfinished', `GET / HTTP/1.1\r\na: ${'b'.repeat(HEAD_CHARS_MAX)}`, 431],
])('%s is a fault', (_, text, fault) => {
  expect(readHttpHead(text, 0)).toBe(fault);
});

test('no bytes whatever make it throw, or take more than is there', () => {
  const seed = 20261122;
  const chance = seededChance(seed);
  const pick = (max: number): number => Math.floor(chance() * max);
  for (let run = 0; run < 5_000; run += 1) {
    const bytes = GET.split('');
    for (let change = pick(4); change >= 0; change -= 1)
      bytes.splice(pick(bytes.length), pick(3), String.fromCharCode(pick(256)));
    const text = bytes.join('');
    const read = readHttpHead(text, 0);
    if (typeof read === 'object') expect(read.end, `seed ${seed}`).toBeLessThanOrEqual(text.length);
  }
});
