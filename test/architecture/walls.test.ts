import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  filesUnder,
  readSource,
  roomOf,
  root,
  withoutComments,
  type Import,
  type Source,
} from './sources.ts';

/** Which rooms a room may import; arrows point one way. Docs and reviewers read this table, too. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  base: [],
  bencode: ['base'],
  metainfo: ['base', 'bencode'],
  wire: ['base', 'bencode'],
  swarm: ['base', 'metainfo', 'wire'],
  hashing: ['base', 'metainfo'],
  storage: ['base', 'metainfo'],
  identity: ['base'],
  records: ['base', 'bencode', 'identity'],
  store: ['base', 'records'],
  api: ['base'],
  tracker: ['base', 'identity', 'records', 'store', 'api'],
  net: ['base', 'identity'],
  node: ['base', 'metainfo', 'wire', 'swarm', 'hashing', 'storage', 'identity', 'records', 'api', 'net'],
  local: ['base', 'metainfo', 'api', 'node'],
  cli: ['base', 'api', 'local', 'node', 'tracker'],
};

/** Rooms that decide: no sockets, files, timers, clock or chance of their own. */
const PURE_ROOMS = ['bencode', 'metainfo', 'wire', 'swarm', 'records'];

/** Names that reach outside. `new Date(number)` only computes; `new Date()` reads the clock. */
const REACHES_OUTSIDE =
  /(?<![.#\w])(?:(?:setTimeout|setInterval|setImmediate|queueMicrotask|fetch)\s*\(|(?:performance|process|console|crypto)\.\w)|\bnew (?:Worker|WebSocket)\b|\bnew Date\(\s*\)|\bDate\.now\b|\bMath\.random\b/;

/** What base offers to rooms that act; a pure room takes numbers and functions as arguments instead. */
const ACTING_NAMES = [
  'systemClock',
  'systemChance',
  'secretBytes',
  'sleep',
  'every',
  'within',
  'workerUrl',
  'syncFolder',
];

const isHashingAlone = (item: Import): boolean =>
  item.from === 'node:crypto' &&
  item.names.every((name) => ['createHash', 'hash', 'type', 'Hash'].includes(name));
const isTest = (path: string): boolean => path.endsWith('.test.ts');
const sources: Source[] = filesUnder('src', ['.ts']).map(readSource);
const rooms = readdirSync(join(root, 'src'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

function sourcesOf(room: string): Source[] {
  return sources.filter((source) => roomOf(source.path) === room);
}

describe('rooms', () => {
  test('every folder under src is a room of the table, and no file lies outside one', () => {
    expect(rooms.filter((room) => !(room in MAY_IMPORT))).toEqual([]);
    expect(sources.filter((source) => roomOf(source.path) === undefined)).toEqual([]);
  });

  test.each(rooms)('%s has an index.ts', (room) => {
    expect(existsSync(join(root, 'src', room, 'index.ts'))).toBe(true);
  });

  test.each(rooms)('%s imports only the rooms that it may', (room) => {
    const allowed = [room, ...(MAY_IMPORT[room] ?? [])];
    const wrong = sourcesOf(room)
      .filter((source) => !isTest(source.path))
      .flatMap((source) => source.imports.map((item) => ({ ...item, in: source.path })))
      .filter((item) => item.file !== undefined && !allowed.includes(roomOf(item.file) ?? 'outside src'));
    expect(wrong.map((item) => `${item.in} imports ${item.from}`)).toEqual([]);
  });

  test.each(rooms)('%s may import no room that it has no use for', (room) => {
    const files = sourcesOf(room).flatMap((source) => source.imports.map((item) => item.file ?? ''));
    const used = new Set(files.map(roomOf));
    expect((MAY_IMPORT[room] ?? []).filter((other) => !used.has(other))).toEqual([]);
  });

  test.each(rooms)('%s enters other rooms by their index.ts only', (room) => {
    const wrong = sourcesOf(room)
      .flatMap((source) => source.imports.map((item) => ({ ...item, in: source.path })))
      .filter((item) => {
        const entered = item.file === undefined ? undefined : roomOf(item.file);
        return entered !== undefined && entered !== room && item.file !== `src/${entered}/index.ts`;
      });
    expect(wrong.map((item) => `${item.in} imports ${item.from}`)).toEqual([]);
  });
});

describe('rooms that decide are pure', () => {
  const pureSources = PURE_ROOMS.flatMap(sourcesOf).filter((source) => !isTest(source.path));

  test('they import no node: module; hashing alone is computing, not acting', () => {
    const wrong = pureSources.flatMap((source) =>
      source.imports
        .filter((item) => item.from.startsWith('node:') && !isHashingAlone(item))
        .map((item) => `${source.path}: ${item.from}`),
    );
    expect(wrong).toEqual([]);
  });

  test('they name no clock, timer, chance, console or process', () => {
    const wrong = pureSources.flatMap((source) =>
      source.text
        .split('\n')
        .map((line, index) => ({ line, where: `${source.path}:${index + 1}` }))
        .filter(({ line }) => REACHES_OUTSIDE.test(line))
        .map(({ line, where }) => `${where}: ${line.trim()}`),
    );
    expect(wrong).toEqual([]);
  });

  test('they take no acting thing from base', () => {
    const wrong = pureSources.flatMap((source) =>
      source.imports
        .filter((item) => item.file === 'src/base/index.ts')
        .flatMap((item) => item.names.filter((name) => ACTING_NAMES.includes(name)))
        .map((name) => `${source.path}: ${name}`),
    );
    expect(wrong).toEqual([]);
  });
});

describe('the reader of sources sees what it should', () => {
  test('comments go, strings and lines stay', () => {
    expect(withoutComments("a('//x'); // y\n/* z\n */b")).toBe("a('//x');     \n    \n   b");
  });

  test('it finds the imports of a file with many', () => {
    const walls = readSource('test/architecture/walls.test.ts');
    expect(walls.imports.map((item) => item.from)).toEqual([
      'node:fs',
      'node:path',
      'vitest',
      './sources.ts',
    ]);
    expect(walls.imports.at(-1)?.file).toBe('test/architecture/sources.ts');
    expect(walls.imports.at(-1)?.names).toContain('withoutComments');
  });

  test.each(['setTimeout(f, 1)', 'const t = new Date();', 'Math.random()', 'process.cwd()', 'Date.now()'])(
    'it would catch %s in a pure room',
    (line) => {
      expect(REACHES_OUTSIDE.test(line)).toBe(true);
    },
  );

  test.each(['this.#fetch(x)', 'const fetch = this.#fetch;', 'new Date(atMs)', 'peer.process()'])(
    'it lets %s pass',
    (line) => {
      expect(REACHES_OUTSIDE.test(line)).toBe(false);
    },
  );
});
