import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { dataWords, nodeFolder } from './node-folder.ts';
import { defaultSettings, readSettings, writeSettings } from './settings.ts';
import { unitName, unitText } from './systemd.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mbt-settings-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('what is not there is as usual, what was written is read, for its owner alone', async () => {
  const dataDir = join(folder, 'new');
  expect(await readSettings(dataDir)).toEqual(defaultSettings());
  const settings = {
    ...defaultSettings(),
    listenPort: 6881,
    web: 'off' as const,
    folders: ['/m'],
    onEvent: 'x',
  };
  await writeSettings(dataDir, settings);
  expect(await readSettings(dataDir)).toEqual(settings);
  expect((await stat(join(dataDir, 'node.json'))).mode & 0o777).toBe(0o600);
});

test('what an older or newer version left out is as usual', async () => {
  await writeFile(join(folder, 'node.json'), '{"listenPort":6881,"colour":"blue"}');
  expect(await readSettings(folder)).toEqual({ ...defaultSettings(), listenPort: 6881 });
});

test.each(['nonsense', '{"listenPort":"6881"}', '{"web":0}', '[]'])(
  'a damaged file is named: %s',
  async (text) => {
    await writeFile(join(folder, 'node.json'), text);
    await expect(readSettings(folder)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENTS',
      message: expect.stringContaining(join(folder, 'node.json')),
    });
  },
);

test('the data folder is that of --data, else of MBT_DATA, else in the home folder', () => {
  expect(nodeFolder('/d', { MBT_DATA: '/e' })).toBe('/d');
  expect(nodeFolder(undefined, { MBT_DATA: '/e' })).toBe('/e');
  const usual = nodeFolder(undefined, {});
  expect(usual).toMatch(/\.mini-bittorrent[/\\]node$/);
  expect([dataWords(usual, {}), dataWords('/d', {}), dataWords('/e', { MBT_DATA: '/e' })]).toEqual([
    '',
    ' --data /d',
    '',
  ]);
});

test('a unit has absolute paths, and nothing in it is read as something else', () => {
  const text = unitText('/home/a b/100%/"$HOME"');
  expect(text).toMatch(/^ExecStart="\/[^"]*" "\/[^"]*\/bin\/mbt" "node" "run" "--data" /m);
  expect(text).toContain('"/home/a b/100%%/\\"$$HOME\\""');
  expect(text).toContain('Restart=on-failure');
  expect(unitName(nodeFolder(undefined, {}))).toBe('mini-bittorrent.service');
  expect(unitName('/d')).toMatch(/^mini-bittorrent-[0-9a-f]{8}\.service$/);
});
