import type { LocalInput, LocalResult } from '../../src/api/local/contract.ts';
import type { LocalCall } from '../../src/api/local/paths.ts';
import { moreAnswers } from './more-answers.ts';
import type { World } from './world.ts';

/** An expected failure, as the node reports it. */
export class Refusal extends Error {
  readonly code: string;
  constructor(code: string, text: string) {
    super(text);
    this.code = code;
  }
}

type Answers = { [Name in LocalCall]?: (input: LocalInput<Name>, world: World) => LocalResult<Name> };

/** How the invented node answers; what stands not here answers `{}`. */
export const answers: Answers = {
  ...moreAnswers,
  nodeStatus: (_, world) => ({
    version: '0.1.0',
    pid: 4711,
    boot: 'dev',
    startedAtMs: 0,
    dataDir: '/home/ada/.mini-bittorrent/node',
    state: world.state,
    user: world.state === 'logged-in' ? world.user : null,
    text:
      world.state === 'waiting'
        ? 'No tracker can be reached at 192.0.2.7:6969. Trying again every few seconds.'
        : '',
    web: 'http://127.0.0.1:5199',
  }),
  setUp: (_, world) => {
    world.state = 'logged-out';
    return answers.nodeStatus!({}, world);
  },
  createUser: ({ user, password }) => {
    if (user === 'grace') throw new Refusal('USER_EXISTS', 'the name grace is taken; choose another one');
    const made = { user, recoveryCode: 'Q7T2M-XK9RA-4HVPC-6ZJ3D-W8NFB-5YGE2' };
    return password.length < 10 ? { ...made, weakness: 'fewer than 10 characters' } : made;
  },
  recoverUser: ({ user }) => ({ user, recoveryCode: 'A2T2M-XK9RA-4HVPC-6ZJ3D-W8NFB-5YGE2' }),
  login: ({ user, password }, world) => {
    if (password === 'wrong') throw new Refusal('WRONG_PASSWORD', 'the password is not that of this user');
    Object.assign(world, { state: 'logged-in', user });
    return { user, shares: 3, downloads: 2 };
  },
  logout: (_, world) => {
    world.state = 'logged-out';
    return {};
  },
  whoami: (_, world) => ({ user: world.user, userId: 'ab'.repeat(32), code: 'H4QX7-2MKRT', trackers: 2 }),
  listGroups: (_, world) => world.groups,
  createGroup: ({ group }, world) => {
    if (world.groups.some((row) => row.group === group))
      throw new Refusal('GROUP_EXISTS', `there is a group ${group} already; choose another name`);
    world.groups.push({ group, owner: world.user, members: 1, you: 'owner' });
    return {};
  },
  joinGroup: ({ group }, world) => {
    const row = world.groups.find((known) => known.group === group);
    if (!row)
      throw new Refusal('NO_SUCH_GROUP', `no group is named ${group}; ask its owner how it is spelled`);
    row.you = 'pending';
    return { owner: row.owner, code: 'H4QX7-2MKRT' };
  },
  joinByInvitation: () => ({ group: 'choir', owner: 'linus', code: 'H4QX7-2MKRT' }),
  cancelRequest: ({ group }, world) => leave(world, group),
  leaveGroup: ({ group }, world) => ({ ...leave(world, group), ended: false }),
  deleteGroup: ({ group }, world) => leave(world, group),
  listRequests: ({ group }, world) => world.requests.get(group) ?? [],
  acceptRequest: ({ group, user }, world) => {
    const since = { user, role: 'member' as const, online: true, sinceMs: 1_790_000_000_000 };
    world.members.set(group, [...(world.members.get(group) ?? []), since]);
    return withoutRequest(world, group, user);
  },
  rejectRequest: ({ group, user }, world) => withoutRequest(world, group, user),
  listMembers: ({ group }, world) => world.members.get(group) ?? [],
  removeMember: ({ group, user }, world) => {
    world.members.set(
      group,
      (world.members.get(group) ?? []).filter((row) => row.user !== user),
    );
    return {};
  },
  listFiles: ({ group }, world) => world.files.get(group) ?? [],
  stopShare: ({ group, file }, world) => {
    const row = world.files.get(group)?.find((known) => known.file === file);
    if (row) row.sharers = row.sharers.filter((name) => name !== world.user);
    return {};
  },
  showDownloads: (_, world) => world.downloads,
  downloadFile: ({ group, file, destination }, world) => {
    const size = world.files.get(group)?.find((row) => row.file === file)?.size ?? 0;
    const path = `${destination}/${file}`;
    const first = world.downloads[0];
    if (first) world.downloads.unshift({ ...first, group, file, path, totalBytes: size, doneBytes: 0 });
    return { file, path, size, queued: false };
  },
  pauseDownload: (input, world) => setState(world, input, 'P'),
  resumeDownload: (input, world) => setState(world, input, 'D'),
  cancelDownload: ({ file }, world) => {
    const at = world.downloads.findIndex((row) => row.file === file);
    return { kept: world.downloads.splice(at, 1)[0]?.state === 'C' };
  },
  setPriority: ({ file, paths, priority }, world) => {
    const row = world.downloads.find((known) => known.file === file);
    if (paths === undefined && row && priority !== 'skip') row.priority = priority;
    for (const item of world.contents.get(file) ?? [])
      if (paths?.includes(item.path)) item.priority = priority;
    return {};
  },
  listContentFiles: ({ file }, world) =>
    world.contents.get(file) ?? [
      { path: file, size: 1_000 * 2 ** 20, doneBytes: 300 * 2 ** 20, priority: 'normal' },
    ],
  listAllowed: () => ({
    folders: ['/home/ada/Mini-BitTorrent', '/data/lab'],
    downloads: '/home/ada/Mini-BitTorrent',
  }),
  listPlace: ({ path }) => ({
    path,
    parent: path.split('/').length > 4 ? path.slice(0, path.lastIndexOf('/')) : null,
    more: false,
    entries: [
      ...['Photos', 'Papers', 'raw <i>data</i>'].map((name) => ({
        name,
        path: `${path}/${name}`,
        folder: true,
        size: 0,
      })),
      ...['poster.pdf', 'talk.mp4'].map((name, at) => ({
        name,
        path: `${path}/${name}`,
        folder: false,
        size: 9e6 * (at + 1),
      })),
    ],
  }),
  uploadFile: ({ path, group }, world) => added(world, group, path.slice(path.lastIndexOf('/') + 1), 9e6),
  finishDrop: ({ id }, world) => added(world, 'lab', id, 9e6),
  beginDrop: ({ name, size }) => {
    if (size > 1e11) throw new Refusal('NO_SPACE', 'the disk has 34.2 GiB free, and this takes 93.1 GiB');
    return { id: name, path: `/home/ada/Mini-BitTorrent/shared/${name}` };
  },
};

function leave(world: World, group: string): Record<string, never> {
  const row = world.groups.find((known) => known.group === group);
  if (row) row.you = '-';
  return {};
}

function withoutRequest(world: World, group: string, user: string): Record<string, never> {
  world.requests.set(
    group,
    (world.requests.get(group) ?? []).filter((row) => row.user !== user),
  );
  return {};
}

function setState(world: World, { file }: { file: string }, state: 'P' | 'D'): Record<string, never> {
  const row = world.downloads.find((known) => known.file === file);
  if (row) row.state = state;
  return {};
}

function added(world: World, group: string, file: string, size: number): LocalResult<'uploadFile'> {
  const content = '5eed5eed';
  world.files
    .get(group)
    ?.unshift({ file, size, files: 1, seeds: 1, leechers: 0, content, sharers: [world.user] });
  return { file, content, infoHash: 'cd'.repeat(32), size, files: 1, leftOut: [] };
}
