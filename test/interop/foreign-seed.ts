import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { buildTorrent, type Torrent } from '../../src/metainfo/index.ts';
import { rootOf } from '../../src/node/transfers/told-content.ts';
import type { TestMember } from '../support/test-group.ts';
import type { TransferWorld, WorldUser } from '../support/transfer-world.ts';

/** Lists the content as a member's share, and announces the member's foreign client at that port as its seed. */
export function announceForeign(
  world: TransferWorld,
  { user: uid }: TestMember,
  { infoHash, content }: Torrent,
  port: number,
): void {
  const { contentId, name, size, files } = content;
  const root = rootOf(content);
  const facts = { content: contentId, name, size, files: files.length, ...(root && { root }) };
  world.shares.push({ ...facts, uid, user: 'lea' });
  const address = { host: '127.0.0.1', port };
  const device = { key: `${uid}/laptop`, uid, address, contents: [], listeners: new Set<never>() };
  world.join(device);
  world.announce(device, [{ gid: world.gid, content: contentId, infoHash, seed: true, have: 1 }]);
}

/** As if one of our own kind had told the user before what the content consists of. */
export function tellDescription({ userDir }: WorldUser, { content }: Torrent): Promise<void> {
  const path = join(userDir, 'contents', `${content.contentId}.info`);
  return writeFile(path, buildTorrent(content).infoBytes);
}
