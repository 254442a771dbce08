import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { fakeNode } from '../../../test/support/fake-node.ts';
import { TextSink } from '../../../test/support/pseudo-terminal.ts';
import type { Exported } from '../../node/index.ts';
import { JsonOutput } from '../output/json-output.ts';
import type { Output } from '../output/output.ts';
import { StreamScreen } from '../output/screen.ts';
import { TextOutput } from '../output/text-output.ts';
import { CommandRunner } from '../shell/runner.ts';
import { nodeCommands } from './index.ts';

const EXPORTED: Exported = {
  file: 'a b.txt',
  content: '0011aabb',
  infoHash: '00',
  folder: '/x/out',
  written: ['a b.txt.torrent', 'member-band.key'],
  kept: [],
  torrent: 'a b.txt.torrent',
  key: 'member-band.key',
  endsAtMs: Date.UTC(2030, 1, 3),
  trackers: 0,
};

async function run(line: string, done: Exported, output: (screen: StreamScreen) => Output) {
  const sink = new TextSink();
  const node = fakeNode({ exportTorrent: async () => done });
  const clock = new FakeClock();
  const runner = new CommandRunner(nodeCommands, node, output(new StreamScreen(sink, 'xterm')), clock);
  await runner.runLine(line, undefined, new AbortController().signal);
  return { lines: sink.lines(), asked: node.asked };
}

const text = (screen: StreamScreen): Output => new TextOutput(screen, new FakeClock());

test('tells what was written and that the key is a member key', async () => {
  const { lines, asked } = await run('export_torrent band "a b.txt" out', EXPORTED, text);
  expect(asked).toEqual([`exportTorrent band a b.txt ${resolve('out')}`]);
  expect(lines).toEqual([
    'WARNING: member-band.key is your key of band: whoever has it is you there; keep it to yourself',
    'NOTICE: give one program the files of one group only, and export again before the certificate ends',
    'SUCCESS: wrote 2 files: "a b.txt.torrent" and what it needs, good until 2030-02-03 -> /x/out',
  ]);
});

test('says that nothing was left to do', async () => {
  const { lines } = await run('export_torrent band a out', { ...EXPORTED, written: [] }, text);
  expect(lines.at(-1)).toMatch(/^SUCCESS: all of it was there: /);
});

test('with --json everything is a field', async () => {
  const { lines } = await run('export_torrent band a out', EXPORTED, (screen) => new JsonOutput(screen));
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ type: 'success', ...EXPORTED });
});
