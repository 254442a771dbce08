import { X509Certificate } from 'node:crypto';

import { CommandError, view } from '../../base/index.ts';
import { torrentFile, type Content } from '../../metainfo/index.ts';
import type { Exported } from '../commands.ts';
import type { GroupCredentials, GroupFiles, GroupRef } from '../seams.ts';
import type { Desk } from './desk.ts';
import { writeExport, type ExportedFile } from './export-folder.ts';
import { howToText } from './export-how-to.ts';
import { FFDHE2048_PEM } from './ffdhe2048.ts';
import { pickFile, shortId, type Named } from './file-names.ts';
import { torrentIn } from './group-context.ts';

/** Bytes of a file name that every file system takes. */
const NAME_BYTES_MAX = 255;

/** What `export_torrent` names. */
export interface ExportOrder {
  readonly group: GroupRef;
  readonly file: string;
  /** Absolute. */
  readonly folder: string;
  /** What this user has of the group, shares and downloads. */
  readonly own: readonly Named[];
  readonly listing: GroupFiles;
  /** Announce URLs for this user in this group; none: the swarm is not found by itself. */
  readonly trackers: readonly string[];
}

/**
 * Writes what another BitTorrent program needs to take part in a content of the group as this user. Rejects with
 * NO_SUCH_FILE, AMBIGUOUS_NAME, NOT_A_MEMBER, NOTHING_TO_SHARE, REFUSED, and what `writeExport` refuses.
 */
export async function exportTorrent(desk: Desk, order: ExportOrder): Promise<Exported> {
  const content = await knownContent(desk, order);
  const credentials = desk.access.gate.contextFor(order.group.gid);
  if (credentials === undefined) {
    throw new CommandError('NOT_A_MEMBER', `you are no longer a member of ${order.group.label}`);
  }
  const torrent = await torrentBytes(desk, content, credentials, order.trackers);
  const endsAtMs = Date.parse(new X509Certificate(credentials.certificatePem).validTo);
  const { group, folder } = order;
  const hasTrackers = order.trackers.length > 0;
  const files = filesOf(content, { bytes: torrent.bytes, hasTrackers }, credentials, group.label);
  const [, certificate, key, authority, parameters] = files.map(({ name }) => name) as FileNames;
  const names = { certificate, key, authority, parameters };
  const text = howToText({ group: group.label, user: desk.access.label, endsAtMs, hasTrackers, ...names });
  const howTo = { name: `README-${group.label}.txt`, bytes: text };
  const done = await writeExport(folder, [...files, howTo]);
  const { name: file, contentId } = content;
  desk.tools.log.info('torrent.exported', { content: contentId, written: done.written.length });
  const { infoHash } = torrent;
  const about = { file, content: shortId(contentId, []), infoHash, trackers: order.trackers.length };
  return { ...about, folder, ...done, torrent: files[0].name, key, endsAtMs };
}

type FileNames = [torrent: string, certificate: string, key: string, authority: string, parameters: string];

/** The group's label stands last in a name: a label may begin with a dot, and such files are hidden. */
function filesOf(
  content: Content,
  { bytes, hasTrackers }: { readonly bytes: Uint8Array; readonly hasTrackers: boolean },
  credentials: GroupCredentials,
  label: string,
): [ExportedFile, ...ExportedFile[]] {
  const { certificatePem, privateKeyPem, authorityPem } = credentials;
  return [
    // An announce URL is as good as the key in it.
    { name: torrentName(content), bytes, ...(hasTrackers && { secret: true as const }) },
    { name: `member-${label}.pem`, bytes: certificatePem },
    { name: `member-${label}.key`, bytes: privateKeyPem, secret: true },
    { name: `authority-${label}.pem`, bytes: authorityPem },
    { name: 'ffdhe2048.pem', bytes: FFDHE2048_PEM },
  ];
}

function torrentName({ name, contentId }: Content): string {
  const full = `${name}.torrent`;
  return Buffer.byteLength(full) <= NAME_BYTES_MAX ? full : `${contentId}.torrent`;
}

async function knownContent(desk: Desk, { group, file, own, listing }: ExportOrder): Promise<Content> {
  const picked = pickFile([...own, ...listing.shares], file);
  if (picked === undefined) {
    throw new CommandError(
      'NO_SUCH_FILE',
      `there is no ${file} in ${group.label}: list_files shows what there is`,
    );
  }
  const content = await desk.library.content(picked.content);
  if (content) return content;
  throw new CommandError(
    'NO_SUCH_FILE',
    `what ${picked.name} consists of is not known here yet: download_file it first; as soon as it begins, it can be exported`,
  );
}

async function torrentBytes(
  desk: Desk,
  content: Content,
  credentials: GroupCredentials,
  trackers: readonly string[],
): Promise<{ bytes: Uint8Array; infoHash: string }> {
  if (content.size === 0) {
    throw new CommandError(
      'NOTHING_TO_SHARE',
      `${content.name} holds no byte: other programs take no such torrent`,
    );
  }
  const layers = await desk.library.layers(content);
  if (layers === undefined) {
    throw new CommandError(
      'REFUSED',
      `not all hashes of ${content.name} are here yet: try again when its download has gone on`,
    );
  }
  const torrent = torrentIn(content, credentials);
  const bytes = torrentFile(torrent, layers, trackers);
  return { bytes: view(bytes), infoHash: torrent.infoHash };
}
