import { type Clock, within } from '../../base/index.ts';
import type { RemoteNode } from '../../local/index.ts';
import { findNode } from '../background/find-node.ts';
import { isThere } from '../background/is-there.ts';
import { dataWords, trackersFile } from '../background/node-folder.ts';
import { escapeControls } from '../text/escape-controls.ts';
import { capital, count } from '../text/format.ts';
import { lineOf, wrap } from '../text/wrap.ts';
import { calledAs } from './called-as.ts';
import { nextStep } from './node-state.ts';

/** A list that does not come by then is left out. */
const LISTS_MS = 1_500;

const WHAT =
  'Mini-BitTorrent shares large files within a group of people: encrypted, straight from one to another. No server keeps them; whoever has a part hands it on.';

/** Who comes with what, what they type, and what that does. */
const FIRST_STEPS = [
  ['An invitation?', 'mbt join mbt://join/...', 'asks for all that is needed'],
  ['Rather click?', 'mbt web', 'opens a page in your browser'],
  ['Told trackers?', 'mbt node start --trackers tracker_info.txt', ''],
  ['A new circle?', 'mbt tracker tracker_info.txt 1', 'where a machine stays on;'],
  ['', 'the file has its address in a line: 192.168.1.20:7000', ''],
] as const;

/** What `mbt` alone prints: what it is, how things stand here, and what to do next. */
export async function introText(
  dataDir: string,
  environment: NodeJS.ProcessEnv,
  clock: Clock,
  columns: number,
): Promise<string> {
  const node = await findNode(dataDir).catch(() => undefined);
  const width = lineOf(columns);
  const called = calledAs(environment);
  const told = node === undefined ? await withoutNode(dataDir, called, width) : await withNode(node, clock);
  const lines = [
    ...wrap(WHAT, width),
    '',
    ...told.flatMap((line) => fitted(asCalled(line, called), width)),
    '',
    asCalled('All commands: mbt help', called),
  ];
  return lines.map((line) => `${escapeControls(line)}\n`).join('');
}

const asCalled = (text: string, called: string): string => text.replace(/\bmbt (?=[a-z])/g, `${called} `);

/** What is laid out by hand stays as it is where there is room. */
const fitted = (line: string, width: number): string[] =>
  line.length <= width ? [line] : wrap(line, width, '  ');

async function withoutNode(dataDir: string, called: string, width: number): Promise<string[]> {
  if (!(await isThere(trackersFile(dataDir)))) return firstSteps(called, width);
  const data = dataWords(dataDir);
  return [
    'Your node does not run, so nothing is shared or downloaded.',
    `Start it: mbt node start${data}   or with its page: mbt web${data}`,
    `Have it started whenever you log in to this machine: mbt node install${data}`,
  ];
}

/** In columns; what commands do is left out where there is no room for it. */
function firstSteps(called: string, width: number): string[] {
  const steps = FIRST_STEPS.map(([who, command, does]) => [who, asCalled(command, called), does]);
  const wide = Math.max(...steps.map(([, command = '', does]) => (does === '' ? 0 : command.length)));
  const lines = steps.map(
    ([who = '', command = '', does = '']) =>
      `${who.padEnd(17)}${does === '' ? command : command.padEnd(wide + 3) + does}`,
  );
  if (lines.every((line) => line.length <= width)) return lines;
  return steps.map(([who = '', command = '']) => `${who.padEnd(17)}${command}`);
}

async function withNode(node: RemoteNode, clock: Clock): Promise<string[]> {
  try {
    const state = await node.nodeStatus();
    const next = nextStep(state);
    const lines = [`Your node runs (pid ${state.pid}).`, ...(next === '' ? [] : [capital(next)])];
    if (state.state !== 'logged-in') return lines;
    return [...lines, ...(await within(clock, LISTS_MS, groupsOf(node), () => new Error('too slow')))];
  } catch {
    return ['Your node runs. How it stands: mbt node status'];
  } finally {
    await node.close();
  }
}

async function groupsOf(node: RemoteNode): Promise<string[]> {
  const groups = await node.listGroups();
  const mine = groups.filter(({ you }) => you === 'owner' || you === 'member').map(({ group }) => group);
  const asked = groups.filter(({ you }) => you === 'pending').map(({ group }) => group);
  if (mine.length === 0 && asked.length === 0)
    return ['You are in no group yet: mbt create_group NAME, or mbt join an invitation.'];
  return [
    ...(mine.length === 0
      ? []
      : [`You are in ${count(mine.length, 'group')}: ${shown(mine)}. See mbt list_files ${mine[0]}`]),
    ...(asked.length === 0 ? [] : [`You wait for an answer from: ${shown(asked)}`]),
  ];
}

const NAMES_MAX = 8;
const shown = (names: readonly string[]): string =>
  names.length <= NAMES_MAX ? names.join(', ') : `${names.slice(0, NAMES_MAX).join(', ')}, ...`;
