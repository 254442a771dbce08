import { spawnSync } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { diskError, sha256Hex } from '../../base/index.ts';
import { defaultNodeFolder } from './node-folder.ts';
import { nodeWords } from './start-node.ts';

const CALL_MS = 30_000;

/** One unit a data folder: the usual one has the plain name. */
export const unitName = (dataDir: string): string =>
  dataDir === defaultNodeFolder()
    ? 'mini-bittorrent.service'
    : `mini-bittorrent-${sha256Hex(dataDir).slice(0, 8)}.service`;

export function unitPath(dataDir: string, environment: NodeJS.ProcessEnv): string {
  const config = environment['XDG_CONFIG_HOME'] || join(homedir(), '.config');
  return join(config, 'systemd', 'user', unitName(dataDir));
}

/**
 * A unit of the user's own service manager, systemd.service(5). Only what works there without privileges: those that
 * mount something don't.
 */
export const unitText = (dataDir: string): string => `[Unit]
Description=Mini-BitTorrent node (${inUnit(dataDir)})

[Service]
Type=exec
ExecStart=${nodeWords(dataDir).map(quoted).join(' ')} --quiet
Restart=on-failure
RestartSec=5
TimeoutStopSec=30
NoNewPrivileges=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
SystemCallArchitectures=native

[Install]
WantedBy=default.target
`;

/** `%` begins a specifier and `$` a variable in units. */
const inUnit = (text: string): string => text.replaceAll('%', '%%').replace(/[\r\n]/g, ' ');
const quoted = (word: string): string =>
  `"${inUnit(word).replaceAll('$', '$$$$').replace(/["\\]/g, '\\$&')}"`;

export async function writeUnit(path: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  } catch (error) {
    throw diskError(error, path);
  }
}

export async function removeUnit(path: string): Promise<void> {
  await rm(path, { force: true }).catch((error: unknown) => {
    throw diskError(error, path);
  });
}

/** Whether the user's service manager answers: a machine may have none, or this session no way to it. */
export const hasUserManager = (): boolean => systemctl('show-environment') === undefined;

/** Runs `systemctl --user`; what it says if it fails. */
export function systemctl(...words: readonly string[]): string | undefined {
  const ran = spawnSync('systemctl', ['--user', ...words], { encoding: 'utf8', timeout: CALL_MS });
  if (ran.status === 0) return undefined;
  return ran.error?.message ?? ran.stderr.trim();
}
