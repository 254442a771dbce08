import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CommandError } from '../../base/index.ts';
import type { Diagnosis } from '../../node/index.ts';
import { findNode, isHeld } from '../background/find-node.ts';
import { isThere } from '../background/is-there.ts';
import { trackersFile } from '../background/node-folder.ts';
import { diagnosed } from '../commands/doctor.ts';
import { type Outer, outerCommand } from './outer-command.ts';

export const doctor = outerCommand({
  name: 'doctor',
  topic: 'The first steps',
  params: [],
  options: {
    trackers: { kind: 'path', value: 'file', summary: 'ask these trackers, whatever the node has' },
  },
  summary: 'look for what may be wrong',
  teaches: [
    'Asks each tracker whether it answers and can reach your port, compares clocks, looks at disk space and',
    'versions; with a node or without. Leaves with 1 if something is wrong.',
  ],
  example: 'doctor',
  async run({ target, options, out }) {
    const node = options.trackers === undefined ? await findNode(target.dataDir) : undefined;
    if (node === undefined) return diagnosed(await withoutNode(target, options.trackers), out);
    try {
      return diagnosed(await node.doctor(), out);
    } finally {
      await node.close();
    }
  },
});

/** By a node of this process that nobody logs in to, at the same port, with a folder of its own. */
async function withoutNode(outer: Outer, given: string | undefined): Promise<Diagnosis> {
  const { dataDir, clock, log } = outer;
  const trackers = given ?? (await keptTrackers(dataDir));
  const { readSettings } = await import('../background/settings.ts');
  const settings = await readSettings(dataDir);
  const held = await isHeld(dataDir, clock);
  const folder = await mkdtemp(join(tmpdir(), 'mbt-doctor-'));
  const { freeBytesOn, openNode } = await import('../../node/index.ts');
  try {
    const node = await openNode({
      listenHost: settings.listenHost,
      listenPort: held ? 0 : settings.listenPort,
      trackersFile: trackers,
      dataDir: folder,
      refuseWeakPasswords: false,
      log,
      clock,
    });
    try {
      return { ...(await node.doctor()), freeBytes: await freeBytesOn(await thereOrAbove(dataDir)) };
    } finally {
      await node.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function keptTrackers(dataDir: string): Promise<string> {
  const path = trackersFile(dataDir);
  if (await isThere(path)) return path;
  throw new CommandError(
    'NOT_SET_UP',
    'no node has been set up here yet: open an invitation (mbt join LINK), or name the trackers: mbt doctor --trackers FILE',
  );
}

/** The folder, or as long as it is not made, that in which it will be. */
const thereOrAbove = async (folder: string): Promise<string> =>
  (await isThere(folder)) ? folder : thereOrAbove(dirname(folder));
