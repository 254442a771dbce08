import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { readTorrentFile } from '../../src/metainfo/index.ts';
import type { MbtProcess } from '../e2e/harness/mbt-process.ts';
import type { MemberFiles } from './libtorrent.ts';

/** What a real shell's `export_torrent` has written. */
export interface Exported {
  /** The .torrent file. */
  readonly torrent: string;
  readonly member: MemberFiles;
  readonly infoHash: string;
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

export async function exportBy(
  shell: MbtProcess,
  group: string,
  name: string,
  folder: string,
): Promise<Exported> {
  await shell.ok(`export_torrent ${group} "${name}" "${folder}"`);
  const certificate = join(folder, `member-${group}.pem`);
  const key = join(folder, `member-${group}.key`);
  const torrent = join(folder, `${name}.torrent`);
  return {
    torrent,
    infoHash: await infoHashOf(torrent),
    member: { certificate, key, parameters: join(folder, 'ffdhe2048.pem') },
    certificatePem: await readFile(certificate, 'utf8'),
    privateKeyPem: await readFile(key, 'utf8'),
  };
}

async function infoHashOf(torrent: string): Promise<string> {
  return readTorrentFile(await readFile(torrent)).infoHash;
}

/** Where a shell's peers connect. */
export async function portOf(shell: MbtProcess): Promise<number> {
  const row = (await shell.ok('status')).find((line) => line.startsWith('listening\t'));
  return Number(row?.split(':').at(-1));
}

/** `show_peers` in numbers: bytes that came from others and went to them, by user. */
export async function bytesByUser(shell: MbtProcess, group: string, name: string) {
  const totals = new Map<string, { from: number; to: number }>();
  for (const row of await shell.ok(`show_peers ${group} "${name}"`)) {
    const [user = '', , , , from, to] = row.split('\t');
    const total = totals.get(user) ?? { from: 0, to: 0 };
    totals.set(user, { from: total.from + Number(from), to: total.to + Number(to) });
  }
  return totals;
}
