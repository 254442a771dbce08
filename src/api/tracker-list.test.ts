import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseTrackerList, readTrackerList, readTrackerText, trackerAtLine } from './tracker-list.ts';

const FINGERPRINT = 'ab'.repeat(32);
const failure = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return `${(error as { code?: string }).code}: ${(error as Error).message}`;
  }
  return 'accepted';
};

describe('parseTrackerList', () => {
  test.each([
    { why: 'colon', text: '10.0.0.1:9000\n', want: ['10.0.0.1:9000'] },
    { why: 'blank between', text: '10.0.0.1 9000\n', want: ['10.0.0.1:9000'] },
    { why: 'several blanks and tabs', text: '  10.0.0.1 \t 9000  \n', want: ['10.0.0.1:9000'] },
    {
      why: 'no newline at the end',
      text: '10.0.0.1:1\n10.0.0.2:65535',
      want: ['10.0.0.1:1', '10.0.0.2:65535'],
    },
    {
      why: 'CRLF and a byte order mark',
      text: '\uFEFF10.0.0.1:1\r\n\r\n10.0.0.2:2\r\n',
      want: ['10.0.0.1:1', '10.0.0.2:2'],
    },
    { why: 'comments', text: '# ours\n10.0.0.1:1 # the old one\n', want: ['10.0.0.1:1'] },
    { why: 'IPv6 in brackets', text: '[::1]:9000\n[fe80::2] 9001', want: ['[::1]:9000', '[fe80::2]:9001'] },
  ])('reads $why', ({ text, want }) => {
    expect(parseTrackerList(text).trackers.map((tracker) => tracker.text)).toEqual(want);
  });

  test('gives host and port apart, IPv6 without brackets', () => {
    expect(parseTrackerList('[::1]:9000').trackers).toEqual([
      { host: '::1', port: 9000, text: '[::1]:9000' },
    ]);
  });

  test('reads the pinned cluster in either case', () => {
    const list = parseTrackerList(`10.0.0.1:1\ncluster ${FINGERPRINT.toUpperCase()}\n`);
    expect(list.cluster).toBe(FINGERPRINT);
    expect(parseTrackerList('10.0.0.1:1')).not.toHaveProperty('cluster');
  });

  test.each([
    { why: 'nothing', text: '', says: /list\.txt: names no tracker/ },
    { why: 'comments alone', text: '# none\n\n', says: /list\.txt: names no tracker/ },
    { why: 'a name', text: 'localhost:9000', says: /line 1: "localhost" is not an IP address/ },
    { why: 'no port', text: '10.0.0.1', says: /line 1: "10\.0\.0\.1" is not ip:port/ },
    { why: 'port 0', text: '\n10.0.0.1:0', says: /line 2: "0" is not a port/ },
    { why: 'a port too large', text: '10.0.0.1:65536', says: /"65536" is not a port/ },
    { why: 'a port in words', text: '10.0.0.1 http', says: /"http" is not a port/ },
    { why: 'IPv6 without brackets', text: '::1:9000', says: /line 1: .* in brackets/ },
    { why: 'IPv4 in brackets', text: '[10.0.0.1]:9000', says: /"10\.0\.0\.1" is not an IP address/ },
    { why: 'a number beyond 255', text: '10.0.0.256:1', says: /not an IP address/ },
    {
      why: 'one tracker twice',
      text: '10.0.0.1:1\n10.0.0.1 1',
      says: /line 2: 10\.0\.0\.1:1 is listed twice/,
    },
    { why: 'a short fingerprint', text: '10.0.0.1:1\ncluster abc', says: /line 2: .*64 hex digits/ },
    {
      why: 'two cluster lines',
      text: `cluster ${FINGERPRINT}\ncluster ${FINGERPRINT}`,
      says: /line 2: a second cluster line/,
    },
    { why: 'control characters', text: '\x1b[2J:1', says: /line 1: "\?\[2J:1" is not ip:port/ },
    {
      why: 'too many',
      text: Array.from({ length: 17 }, (_, n) => `10.0.0.1:${n + 1}`).join('\n'),
      says: /more than 16/,
    },
    { why: 'a huge file', text: '#'.repeat(70_000), says: /longer than 64 KiB/ },
  ])('refuses $why', ({ text, says }) => {
    const message = failure(() => parseTrackerList(text, 'list.txt'));
    expect(message).toMatch(/^INVALID_ARGUMENTS: list\.txt/);
    expect(message).toMatch(says);
  });
});

describe('trackerAtLine', () => {
  const list = parseTrackerList('# first\n10.0.0.1:1\n\n10.0.0.2:2\n');
  test('counts trackers, not lines of text', () => {
    expect(trackerAtLine(list, 2).text).toBe('10.0.0.2:2');
  });
  test.each([0, -1, 3, 1.5, Number.NaN])('has none at %s', (line) => {
    expect(failure(() => trackerAtLine(list, line, 'list.txt'))).toMatch(
      /list\.txt has no tracker .*choose 1 to 2/,
    );
  });
});

describe('readTrackerList', () => {
  test('names a missing file, and reads one that is there', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tracker-list-'));
    try {
      const path = join(folder, 'tracker_info.txt');
      await expect(readTrackerList(path)).rejects.toMatchObject({
        code: 'FILE_NOT_FOUND',
        message: expect.stringContaining(path),
      });
      await writeFile(path, '127.0.0.1:9000');
      expect((await readTrackerList(path)).trackers).toHaveLength(1);
      expect(await readTrackerText(path)).toBe('127.0.0.1:9000');
      for (const read of [readTrackerList, readTrackerText])
        await expect(read(folder)).rejects.toMatchObject({ code: 'IO_ERROR' });
      await writeFile(path, 'here');
      await expect(readTrackerText(path)).rejects.toMatchObject({ code: 'INVALID_ARGUMENTS' });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
