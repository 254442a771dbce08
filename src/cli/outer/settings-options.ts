import { resolve } from 'node:path';
import { CommandError } from '../../base/index.ts';
import type { NodeSettings } from '../background/settings.ts';
import type { StartWish } from '../background/start-node.ts';
import { parsePeerAddress } from '../peer-address.ts';
import type { OptionTable, OptionsOf } from '../shell/command.ts';

/** How a node is to run; kept, so that a later start needs none of them. */
export const SETTINGS_OPTIONS = {
  trackers: { kind: 'path', value: 'file', summary: 'the list of trackers; it is copied' },
  listen: {
    kind: 'text',
    value: 'ip:port',
    summary: 'where members connect (all addresses, a port that is kept)',
  },
  web: { kind: 'text', value: 'port', summary: "the page's port on 127.0.0.1 (any, which is kept), or off" },
  folder: {
    kind: 'path',
    value: 'dir',
    many: true,
    summary: 'the page may share from there and download to there',
  },
  downloads: { kind: 'path', value: 'dir', summary: 'where the page downloads to (~/Mini-BitTorrent)' },
  'on-event': {
    kind: 'text',
    value: 'command',
    summary: 'run it for requests, ended downloads and the like; none ends that',
  },
  desktop: { kind: 'flag', summary: 'show them on the desktop, as is usual' },
  'no-desktop': { kind: 'flag', summary: 'show nothing on the desktop' },
  'min-password': { kind: 'flag', summary: 'refuse weak passwords instead of warning' },
} as const satisfies OptionTable;

type Given = OptionsOf<typeof SETTINGS_OPTIONS>;

/** How a node is to start, its list of trackers read and checked. INVALID_ARGUMENTS for what can't be. */
export async function toStart(given: Given): Promise<Omit<StartWish, 'dataDir'>> {
  const settings = toSettings(given);
  if (given.trackers === undefined) return { settings, trackers: undefined };
  const { readTrackerText } = await import('../../api/index.ts');
  return { settings, trackers: await readTrackerText(given.trackers) };
}

/** What is to be otherwise than the last time. */
function toSettings(given: Given): Partial<NodeSettings> {
  if (given.desktop && given['no-desktop'])
    throw new CommandError('INVALID_ARGUMENTS', '--desktop and --no-desktop: give one of them');
  return {
    ...(given.listen === undefined ? {} : toListen(given.listen)),
    ...(given.web === undefined ? {} : { web: toWeb(given.web) }),
    ...(given.folder.length === 0 ? {} : { folders: given.folder.map((folder) => resolve(folder)) }),
    ...(given.downloads === undefined ? {} : { downloads: resolve(given.downloads) }),
    ...(given['on-event'] === undefined ? {} : { onEvent: toCommand(given['on-event']) }),
    ...(given.desktop ? { desktop: true } : {}),
    ...(given['no-desktop'] ? { desktop: false } : {}),
    ...(given['min-password'] ? { minPassword: true } : {}),
  };
}

function toListen(text: string): Pick<NodeSettings, 'listenHost' | 'listenPort'> {
  const address = parsePeerAddress(text);
  if (typeof address === 'string') throw new CommandError('INVALID_ARGUMENTS', `--listen: ${address}`);
  return { listenHost: address.host, listenPort: address.port };
}

function toWeb(text: string): number | 'off' {
  if (text === 'off') return 'off';
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port > 0 && port < 65_536) return port;
  throw new CommandError('INVALID_ARGUMENTS', `--web: "${text}" is no port (1 to 65535), and not off`);
}

const toCommand = (text: string): string | null => (text === 'none' ? null : text);
