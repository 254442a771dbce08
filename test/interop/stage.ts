import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { utf8 } from '../../src/base/index.ts';
import { openHasher, type Hasher } from '../../src/hashing/index.ts';
import {
  buildContent,
  buildTorrent,
  PieceLayers,
  pieceLengthFor,
  torrentFile,
  type Torrent,
} from '../../src/metainfo/index.ts';
import { FFDHE2048_PEM } from '../../src/node/transfers/ffdhe2048.ts';
import { scanFolder } from '../../src/storage/index.ts';
import type { TestMember } from '../support/test-group.ts';
import { noise } from '../transfers/kit.ts';
import type { MemberFiles } from './libtorrent.ts';

/** Files by path, `/` between the components: how many bytes, and which (same number, same bytes). */
export type Plan = Readonly<Record<string, readonly [bytes: number, seed: number]>>;

const KIB = 1024;

/** One file of several pieces, the last one short. */
export const SINGLE: Plan = { 'ein Lied.bin': [2_300 * KIB + 77, 1] };

/** Several pieces, one, less than a block, a copy, nothing at all; names that are not ASCII, and folders. */
export const FOLDER: Plan = {
  'Grüße/leer.txt': [0, 0],
  'Grüße/日本/写真.raw': [1_500 * KIB + 5, 2],
  'Grüße/日本/Kopie davon.raw': [1_500 * KIB + 5, 2],
  'Grüße/a.txt': [11, 3],
  'Grüße/b': [256 * KIB, 4],
  'Grüße/c.bin': [100_000, 5],
};

export const rootOf = (plan: Plan): string => Object.keys(plan)[0]?.split('/')[0] ?? '';

export async function writeFiles(folder: string, plan: Plan): Promise<void> {
  for (const [path, [bytes, seed]] of Object.entries(plan)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), contentOf(bytes, seed));
  }
}

/** Paths whose content below `folder` is not what the plan says, or that are not there. */
export async function differences(folder: string, plan: Plan): Promise<string[]> {
  const wrong: string[] = [];
  for (const [path, [bytes, seed]] of Object.entries(plan)) {
    const found = await readFile(join(folder, path)).catch(() => undefined);
    if (found?.equals(contentOf(bytes, seed)) !== true) wrong.push(path);
  }
  return wrong;
}

/** `noise` leaves the last bytes of an odd length zero: a part of more is taken. */
const contentOf = (bytes: number, seed: number): Buffer => noise(bytes + 4, seed).subarray(0, bytes);

/** Describes what is on disk as a group's torrent, and writes the .torrent file. */
export async function writeTorrent(path: string, authorityPem: string, file: string): Promise<Torrent> {
  const hasher = openHasher({ workers: 1 });
  try {
    const { torrent, bytes } = await torrentOf(hasher, path, authorityPem);
    await writeFile(file, bytes);
    return torrent;
  } finally {
    await hasher.close();
  }
}

/** The torrent of what is on disk, and its .torrent file. */
export async function torrentOf(
  hasher: Hasher,
  path: string,
  authorityPem?: string,
): Promise<{ torrent: Torrent; bytes: Uint8Array }> {
  const { name, isFolder, size, files } = await scanFolder(path);
  const toHash = files.map(({ diskPath, length }) => ({ path: diskPath, length }));
  const unwatched = new AbortController().signal;
  const hashes = await hasher.hashFiles(toHash, pieceLengthFor(size), () => undefined, unwatched);
  const listed = files.map((each, at) => ({ ...each, piecesRoot: hashes[at]?.piecesRoot }));
  const content = buildContent({ name, isFolder, files: listed });
  const layers = new PieceLayers(content);
  for (const [at, { pieceLayer }] of hashes.entries()) layers.setLayer(at, pieceLayer);
  const torrent = buildTorrent(content, authorityPem === undefined ? undefined : utf8(authorityPem));
  return { torrent, bytes: torrentFile(torrent, layers) };
}

/** What a member needs to take part with libtorrent, as files in `folder`. */
export async function writeMember(folder: string, { credentials }: TestMember): Promise<MemberFiles> {
  await mkdir(folder, { recursive: true });
  const files = { certificate: 'member.pem', key: 'member.key', parameters: 'dh.pem' };
  await writeFile(join(folder, files.certificate), credentials.certificatePem);
  await writeFile(join(folder, files.key), credentials.privateKeyPem);
  await writeFile(join(folder, files.parameters), FFDHE2048_PEM);
  return {
    certificate: join(folder, files.certificate),
    key: join(folder, files.key),
    parameters: join(folder, files.parameters),
  };
}
