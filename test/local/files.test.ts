import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CommandError } from '../../src/base/index.ts';
import type { OpenedLink } from '../../src/local/index.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { type FakeHost, fakeHost } from '../support/fake-host.ts';
import { LocalStage } from '../support/local-stage.ts';

const bytes = randomBytes(300_000);
let host: FakeHost;
let stage: LocalStage;
let film: OpenedLink;

beforeAll(async () => {
  host = fakeHost();
  host.contents.set('g/film.mp4', bytes);
  host.contents.set('g/nothing.txt', new Uint8Array());
  stage = await LocalStage.open(host);
  film = await (await stage.remote()).openLink('g', 'film.mp4');
});
afterAll(() => stage.close());

const get = (headers: Record<string, string> = {}, url = film.url, method = 'GET') =>
  stage.ask(url, { headers, method });

describe('a file', () => {
  test('is read by its address alone, whole', async () => {
    expect(film).toMatchObject({ name: 'film.mp4', size: 300_000, type: 'video/mp4', preview: 'video' });
    expect(film.url).toMatch(/^\/files\/[\w-]{22}\/film\.mp4$/);
    const answer = await get();
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'accept-ranges': 'bytes',
      'content-type': 'video/mp4',
      'content-length': '300000',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
    });
    expect(host.readers.open).toBe(0);
  });

  test.each([
    ['the first', 'bytes=0-0', 0, 1],
    ['some', 'bytes=1000-70999', 1000, 71_000],
    ['from one on', 'bytes=299999-', 299_999, 300_000],
    ['the last', 'bytes=-500', 299_500, 300_000],
    ['more last ones than there are', 'bytes=-999999', 0, 300_000],
    ['beyond the end', 'bytes=299000-999999', 299_000, 300_000],
  ])('%s of its bytes', async (_, range, start, end) => {
    const answer = await get({ range });
    expect(answer).toMatchObject({
      status: 206,
      headers: { 'content-range': `bytes ${start}-${end - 1}/300000`, 'content-length': String(end - start) },
      bytes: bytes.subarray(start, end),
    });
  });

  test.each(['bytes=300000-', 'bytes=300000-300001', 'bytes=-0'])('what it has not: %s', async (range) => {
    expect(await get({ range })).toMatchObject({
      status: 416,
      headers: { 'content-range': 'bytes */300000' },
    });
  });

  test.each(['bytes=5-1', 'bytes=0-1,5-6', 'bytes=a-b', 'bytes=-', 'lines=1-2', 'bytes=1'])(
    'all of it where the range is none that counts: %s',
    async (range) => {
      expect(await get({ range })).toMatchObject({ status: 200, headers: { 'content-length': '300000' } });
    },
  );

  test('its head alone reads nothing', async () => {
    const before = host.readers.begun;
    const answer = await get({ range: 'bytes=0-9' }, film.url, 'HEAD');
    expect(answer).toMatchObject({ status: 206, text: '', headers: { 'content-length': '10' } });
    expect(host.readers.begun).toBe(before);
  });

  test.each(['script', 'worker', 'serviceworker', 'style', 'manifest'])(
    'is never a part of a page: %s',
    async (dest) => {
      expect((await get({ 'sec-fetch-dest': dest, 'sec-fetch-site': 'same-origin' })).status).toBe(403);
      expect((await get({ 'sec-fetch-dest': 'video', 'sec-fetch-site': 'same-origin' })).status).toBe(200);
    },
  );

  test('the rest of it, only if it is still the same', async () => {
    const { etag } = (await get()).headers;
    expect(await get({ range: 'bytes=0-9', 'if-range': String(etag) })).toMatchObject({ status: 206 });
    expect(await get({ range: 'bytes=0-9', 'if-range': '"another"' })).toMatchObject({ status: 200 });
    host.contents.set('g/film.mp4', randomBytes(300_000));
    expect(await get({ range: 'bytes=0-9', 'if-range': String(etag) })).toMatchObject({ status: 200 });
    host.contents.set('g/film.mp4', bytes);
  });

  test('without bytes', async () => {
    const { url } = await (await stage.remote()).openLink('g', 'nothing.txt');
    expect(await get({}, url)).toMatchObject({ status: 200, text: '' });
    expect(await get({ range: 'bytes=0-' }, url)).toMatchObject({ status: 416 });
  });

  test('is only read', async () => {
    for (const method of ['POST', 'PUT', 'DELETE'])
      expect((await stage.ask(film.url, { method, headers: stage.own })).status).toBe(405);
  });
});

describe('what a browser does with it', () => {
  test.each([
    ['page.html', 'text/html; charset=utf-8', 'inline'],
    ['image.svg', 'image/svg+xml', 'inline'],
    ['data.xml', 'text/xml; charset=utf-8', 'inline'],
    ['program.js', 'text/javascript; charset=utf-8', 'inline'],
    ['notes.md', 'text/plain; charset=utf-8', 'inline'],
    ['photo.jpg', 'image/jpeg', 'inline'],
    ['song.mp3', 'audio/mpeg', 'inline'],
    ['paper.pdf', 'application/pdf', 'attachment'],
    ['program.exe', 'application/octet-stream', 'attachment'],
    ['no-ending', 'application/octet-stream', 'attachment'],
  ])('%s is %s, %s, and may do nothing', async (name, type, disposition) => {
    const { url } = await (await stage.remote()).openLink('g', name);
    const { headers } = await get({}, url);
    expect(headers['content-type']).toBe(type);
    expect(headers['content-disposition']).toBe(
      `${disposition}; filename="${name}"; filename*=UTF-8''${name}`,
    );
    expect(headers['content-security-policy']).toMatch(/^sandbox; default-src 'none'; /);
    expect(headers['content-security-policy']).not.toMatch(/allow-|script-src|connect-src/);
  });

  test.each(['page.html', 'page.xhtml', 'image.svg', 'data.xml', 'feed.rss'])(
    '%s is a document to programs, and only its text in a window',
    async (name) => {
      const { url } = await (await stage.remote()).openLink('g', name);
      const typeFor = async (dest: string) =>
        (await get({ 'sec-fetch-dest': dest }, url)).headers['content-type'];
      for (const dest of ['document', 'iframe', 'frame', 'object', 'embed'])
        expect(await typeFor(dest)).toBe('text/plain; charset=utf-8');
      expect(await typeFor('image')).toMatch(/^(?!text\/plain)/);
    },
  );

  test('a name with markup, quotes and letters of elsewhere', async () => {
    const name = `<img src=x onerror=alert(1)> "ü" 'x'\u00e9\u4e2d.txt`;
    const { url } = await (await stage.remote()).openLink('g', name);
    const { headers, status } = await get({}, url);
    expect(status).toBe(200);
    expect(headers['content-disposition']).toBe(
      `inline; filename="<img src=x onerror=alert(1)> ___ 'x'__.txt"; filename*=UTF-8''${encodeURIComponent(name).replace(/'/g, '%27').replace('(', '%28').replace(')', '%29')}`,
    );
  });
});

describe('an address', () => {
  test('that was never given, or is another file below a given one, leads nowhere', async () => {
    const id = film.url.split('/')[2] ?? '';
    const paths = [
      `/files/${'A'.repeat(22)}/film.mp4`,
      `/files/${id}`,
      `/files/${id}/`,
      `/files/${id}/other.mp4`,
    ];
    const climbing = ['/../', '/%2e%2e/', '/..%2f', '/film.mp4/../../'].map(
      (way) => `/files/${id}${way}etc/passwd`,
    );
    for (const path of [...paths, ...climbing, '/files/', '/files//film.mp4'])
      expect((await stage.ask(path)).status, path).toBe(404);
  });

  test('is the same again for the same file', async () => {
    expect(await (await stage.remote()).openLink('g', 'film.mp4')).toEqual(film);
  });

  test('is no use to whoever logs in next', async () => {
    host.state = { ...host.state, user: 'bob' };
    expect((await get()).status).toBe(404);
    host.state = { ...host.state, user: 'ada' };
    expect((await get()).status).toBe(200);
  });

  test('expires when it is not used, and the oldest of many goes', async () => {
    const clock = new FakeClock(1_000_000);
    const other = await LocalStage.open(fakeHost(), {}, clock);
    const remote = await other.remote();
    const open = async (file: string): Promise<string> => (await remote.openLink('g', file)).url;
    const [one, two] = [await open('a.txt'), await open('b.txt')];
    clock.advance(7 * 3_600_000);
    expect((await other.ask(one)).status).toBe(200);
    clock.advance(7 * 3_600_000);
    expect((await other.ask(one)).status).toBe(200);
    expect((await other.ask(two)).status).toBe(404);
    for (let n = 0; n < 1_000; n += 1) await open(`${n}.txt`);
    expect((await other.ask(one)).status).toBe(404);
    const [first, second] = [await open('0.txt'), await open('1.txt')];
    expect(await open('0.txt')).toBe(first);
    // Opened again, they are not the oldest any more.
    const third = await open('2.txt');
    for (let n = 0; n < 997; n += 1) await open(`new ${n}.txt`);
    for (const url of [first, second, third]) expect((await other.ask(url)).status).toBe(200);
    await other.close();
  });
});

describe('a reader', () => {
  test('who goes away is read for no longer', async () => {
    const { url } = await (await stage.remote()).openLink('g', 'endless.mp4');
    const { begun, ended } = host.readers;
    const socket = connect(Number(stage.authority.split(':')[1]), '127.0.0.1');
    socket.write(`GET ${url} HTTP/1.1\r\nHost: ${stage.authority}\r\n\r\n`);
    await expect.poll(() => host.readers.begun).toBe(begun + 1);
    socket.destroy();
    await expect.poll(() => host.readers.ended).toBe(ended + 1);
    await expect.poll(() => host.readers.open).toBe(0);
  });

  test('is one of 32; more wait', async () => {
    const { url } = await (await stage.remote()).openLink('g', 'endless.mp4');
    const port = Number(stage.authority.split(':')[1]);
    const sockets = Array.from({ length: 32 }, () => connect(port, '127.0.0.1'));
    for (const socket of sockets) socket.write(`GET ${url} HTTP/1.1\r\nHost: ${stage.authority}\r\n\r\n`);
    await expect.poll(() => host.readers.open).toBe(32);
    expect(await get()).toMatchObject({ status: 429 });
    for (const socket of sockets) socket.destroy();
    await expect.poll(() => host.readers.open).toBe(0);
    expect(await get()).toMatchObject({ status: 200 });
  });

  test('is told why, where there is nothing to read', async () => {
    const { url } = await (await stage.remote()).openLink('g', 'gone.mp4');
    const node = host.node();
    const { openContent } = node;
    node.openContent = async () => {
      throw new CommandError('NO_SUCH_FILE', 'gone');
    };
    expect(await get({}, url)).toMatchObject({ status: 404 });
    node.openContent = async () => ({
      name: 'gone.mp4',
      content: '0',
      size: 10,
      async *read() {
        yield new Uint8Array(0);
        throw new CommandError('NOT_READY', 'it is paused');
      },
      close: () => undefined,
    });
    await expect(get({}, url)).rejects.toThrow();
    node.openContent = openContent;
  });
});
