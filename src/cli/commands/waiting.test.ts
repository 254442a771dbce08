import { expect, test } from 'vitest';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { fakeNode } from '../../../test/support/fake-node.ts';
import { PseudoTerminal, TextSink } from '../../../test/support/pseudo-terminal.ts';
import { CommandError } from '../../base/index.ts';
import type { Diagnosis, DownloadRow, GroupRow } from '../../node/index.ts';
import { StreamScreen } from '../output/screen.ts';
import { JsonOutput } from '../output/json-output.ts';
import { TextOutput } from '../output/text-output.ts';
import { CommandRunner } from '../shell/runner.ts';
import { AnswerWatch } from './await-answer.ts';
import { awaitDownload } from './await-download.ts';
import { nodeCommands } from './index.ts';

/** Lets what is under way come to its end. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function askedBand() {
  let you: GroupRow['you'] = 'pending';
  let away = false;
  const node = fakeNode({
    listGroups: async () => {
      if (away) throw new Error('no tracker');
      return [{ group: 'band', owner: 'anna', members: 1, you }];
    },
  });
  const clock = new FakeClock();
  const stop = new AbortController();
  const answered = new AnswerWatch(node, clock).wait('band', stop.signal);
  answered.catch(() => undefined);
  return {
    node,
    clock,
    stop,
    answered,
    become: (now: GroupRow['you'], isAway = false) => {
      you = now;
      away = isAway;
    },
  };
}

const NEWS = { type: 'notice', text: 'anna accepted you', about: 'accepted', group: 'band' } as const;

test('an acceptance ends the waiting, by news', async () => {
  const { node, answered, become } = askedBand();
  await settle();
  become('member');
  node.tell({ ...NEWS, group: 'other' });
  node.tell(NEWS);
  await expect(answered).resolves.toBeUndefined();
});

test('where news were missed or a tracker is away, a look now and then tells', async () => {
  const { clock, answered, become } = askedBand();
  become('pending', true);
  clock.advance(2_000);
  await settle();
  become('member');
  clock.advance(2_000);
  await expect(answered).resolves.toBeUndefined();
});

test('who is turned down is told the reason, though it comes after the answer', async () => {
  const { node, clock, answered, become } = askedBand();
  await settle();
  become('-');
  node.change({ what: 'groups' });
  await settle();
  clock.advance(100);
  node.tell({ type: 'notice', text: 'anna: the invitation was withdrawn', about: 'rejected', group: 'band' });
  await expect(answered).rejects.toMatchObject({
    code: 'REFUSED',
    message: 'anna: the invitation was withdrawn',
  });
});

test('a group is known by its name in whatever case', async () => {
  const node = fakeNode({
    listGroups: async () => [{ group: 'Band', owner: 'anna', members: 2, you: 'member' }],
  });
  const answers = new AnswerWatch(node, new FakeClock());
  await answers.wait('bAND', new AbortController().signal);
  node.tell({ type: 'notice', text: 'used up', about: 'rejected', group: 'Club' });
  await expect(answers.wait('CLUB', new AbortController().signal)).rejects.toThrow('used up');
  answers.close();
});

test('a reason that came before the waiting counts', async () => {
  const node = fakeNode({ listGroups: async () => [] });
  const answers = new AnswerWatch(node, new FakeClock());
  node.tell({ type: 'notice', text: 'used up', about: 'rejected', group: 'band' });
  await expect(answers.wait('band', new AbortController().signal)).rejects.toThrow('used up');
  answers.close();
});

test('and that it was, where no reason comes', async () => {
  const { clock, answered, become } = askedBand();
  await settle();
  become('-');
  clock.advance(2_000);
  await settle();
  clock.advance(2_000);
  await expect(answered).rejects.toMatchObject({
    code: 'REFUSED',
    message: expect.stringContaining('turned down'),
  });
});

test('the waiting can be given up', async () => {
  const { stop, answered } = askedBand();
  stop.abort();
  await expect(answered).rejects.toMatchObject({ code: 'INTERRUPTED' });
});

const ROW: DownloadRow = {
  state: 'D',
  group: 'band',
  file: 'a.bin',
  content: 'ab'.repeat(32),
  files: 1,
  path: '/x/a.bin',
  doneBytes: 512,
  totalBytes: 1024,
  bytesPerSecond: 256,
  downLimit: null,
  secondsLeft: 2,
  peers: 1,
  priority: 'normal',
  remark: '',
};

test.each([
  { why: 'complete', row: { ...ROW, state: 'C' as const }, ends: '/x/a.bin' },
  {
    why: 'failed',
    row: { ...ROW, state: 'F' as const, remark: 'the disk is full' },
    says: 'a.bin: the disk is full',
  },
  { why: 'paused', row: { ...ROW, state: 'P' as const }, says: 'resume_download' },
  { why: 'cancelled', row: { ...ROW, path: '/other' }, says: 'taken off the list' },
])('a download is waited for until it is $why, under a bar', async ({ row, ends, says }) => {
  let rows: DownloadRow[] = [ROW];
  const clock = new FakeClock();
  const terminal = new PseudoTerminal(80);
  const out = new TextOutput(new StreamScreen(terminal.output, 'xterm'), clock).command();
  const never = new AbortController().signal;
  const waiting = awaitDownload(
    fakeNode({ showDownloads: async () => rows }),
    'BAND',
    '/x/a.bin',
    out,
    clock,
    never,
  );
  waiting.catch(() => undefined);
  await settle();
  expect(terminal.screen.text()).toContain('50%  256 B/s  2 s left  1 peer');
  rows = [row];
  clock.advance(250);
  if (ends !== undefined) expect((await waiting).path).toBe(ends);
  else
    await expect(waiting).rejects.toMatchObject({
      code: 'DOWNLOAD_FAILED',
      message: expect.stringContaining(says),
    });
  expect(terminal.screen.text().trim()).toBe('');
});

/** What a line comes to without a terminal. */
async function said(
  line: string,
  node: ReturnType<typeof fakeNode>,
  json = false,
  stop = new AbortController(),
): Promise<string[]> {
  const sink = new TextSink();
  const screen = new StreamScreen(sink, 'xterm');
  const clock = new FakeClock();
  const output = json ? new JsonOutput(screen) : new TextOutput(screen, clock);
  await new CommandRunner(nodeCommands, node, output, clock).runLine(line, undefined, stop.signal);
  return sink.lines();
}

test('where nothing is under way, there is nothing to wait for', async () => {
  const node = fakeNode({ waitDownloads: async () => ({ complete: 0 }) });
  expect(await said('wait_downloads', node)).toEqual(['SUCCESS: nothing to wait for']);
});

test.each([
  { line: 'wait_downloads', says: 'stopped waiting; the downloads go on' },
  { line: 'upload_file /x/a.bin band', says: 'nothing was shared' },
])('Ctrl-C tells what it left: $line', async ({ line, says }) => {
  const stop = new AbortController();
  const lost = async (): Promise<never> => {
    stop.abort();
    throw new CommandError('INTERRUPTED', 'interrupted');
  };
  const node = fakeNode({ waitDownloads: lost, uploadFile: lost });
  expect(await said(line, node, false, stop)).toEqual([`ERROR: INTERRUPTED: ${says}`]);
});

test('a download of some files ends with the size of these', async () => {
  const node = fakeNode({
    downloadFile: async (_group, file, path) => ({ file, path, size: 1_048_576, queued: false }),
    showDownloads: async () => [{ ...ROW, state: 'C' }],
  });
  expect(await said('download_file band a.bin /x/a.bin --only b --wait', node)).toEqual([
    'SUCCESS: complete: a.bin (1 KiB) -> /x/a.bin',
  ]);
});

test('things to mend are an error, after the rows', async () => {
  const diagnosis: Diagnosis = {
    version: '1.0.0',
    node: 'v20.20.2',
    trackers: [],
    port: { port: 6881, reachable: false, text: '' },
    clockSkewMs: 600_000,
    freeBytes: 2 ** 40,
  };
  const node = fakeNode({ doctor: async () => diagnosis });
  const lines = await said('doctor', node);
  expect(lines.length).toBeGreaterThan(2);
  expect(lines.at(-1)).toMatch(/^ERROR: NOT_READY: \d things to mend, see above$/);
  const rows = (await said('doctor', node, true)).map((line) => JSON.parse(line) as unknown);
  expect(rows[0]).toMatchObject({ type: 'row', command: 'doctor' });
  expect(rows.at(-1)).toMatchObject({ type: 'error', command: 'doctor', code: 'NOT_READY' });
});
