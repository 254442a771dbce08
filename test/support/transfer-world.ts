import { mkdtemp, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  CommandError,
  PeerFault,
  seededChance,
  sha256Hex,
  silentLogger,
  systemClock,
  utf8,
  type ContentId,
  type GroupId,
  type InfoHash,
  type UserId,
} from '../../src/base/index.ts';
import type { NodeEvent } from '../../src/node/commands.ts';
import type {
  GroupCredentials,
  GroupGate,
  ListedShare,
  OwnContent,
  PeerEntry,
  Presence,
  ShareBook,
  Transfers,
  TransferOptions,
  UserAccess,
} from '../../src/node/seams.ts';
import { openTransfers } from '../../src/node/transfers/index.ts';
import { TestGroup, type TestMember } from './test-group.ts';

interface Device {
  readonly key: string;
  readonly uid: UserId;
  readonly address: { host: string; port: number };
  contents: readonly OwnContent[];
  listeners: Set<(gid: GroupId, content: ContentId) => void>;
}

/**
 * A group with its members, shares and presence, all in memory: the session's half of the node as transfers see it. Files,
 * sockets and certificates are real.
 */
export class TransferWorld {
  readonly gid = sha256Hex('the group') as GroupId;
  readonly group: TestGroup;
  readonly folder: string;
  readonly shares: ListedShare[] = [];
  readonly users: WorldUser[] = [];
  readonly #devices = new Set<Device>();
  /** Set: nobody can reach a tracker. */
  isCutOff = false;

  static async create(): Promise<TransferWorld> {
    const folder = await mkdtemp(join(tmpdir(), 'mbt-transfers-'));
    return new TransferWorld(await TestGroup.create(), folder);
  }

  constructor(group: TestGroup, folder: string) {
    this.group = group;
    this.folder = folder;
  }

  async user(name: string, options: Partial<TransferOptions> = {}): Promise<WorldUser> {
    const member = await this.group.member(name);
    const user = new WorldUser(this, name, member, options);
    await mkdir(user.userDir, { recursive: true });
    await mkdir(user.files, { recursive: true });
    await user.begin();
    this.users.push(user);
    return user;
  }

  /** Takes somebody's grant away; everyone learns of it at once. */
  remove(user: WorldUser): void {
    this.group.removed.add(user.member.user);
    for (const each of this.users) each.groupChanged();
  }

  /** Has `user` announce, besides what it has, `content` as a seed under an info-hash that is not the content's. */
  pretend(user: WorldUser, content: ContentId | undefined, infoHash: InfoHash): void {
    const device = [...this.#devices].find((each) => each.uid === user.member.user);
    if (device === undefined || content === undefined) throw new Error('nothing to pretend');
    const lie = { gid: this.gid, content, infoHash, seed: true, have: 1 };
    this.announce(device, [...device.contents, lie]);
  }

  /** The shares say no more what their files consist of, as those of folders don't: it has to come from peers. */
  forgetRoots(): void {
    for (const [at, { root: _, ...share }] of this.shares.entries()) this.shares[at] = share;
  }

  join(device: Device): void {
    this.#devices.add(device);
  }

  leave(device: Device): void {
    this.#devices.delete(device);
    this.#tell(device.contents);
  }

  announce(device: Device, contents: readonly OwnContent[]): void {
    const before = device.contents;
    device.contents = contents;
    this.#tell([...before, ...contents]);
  }

  peersOf(asking: Device, gid: GroupId, content: ContentId): PeerEntry[] {
    const isOf = (each: OwnContent): boolean => each.gid === gid && each.content === content;
    if (this.isCutOff || !asking.contents.some(isOf)) return [];
    return [...this.#devices].flatMap((device) => {
      const own = device === asking ? undefined : device.contents.find(isOf);
      if (own === undefined) return [];
      const { key, uid, address } = device;
      const { infoHash, seed, have } = own;
      return [{ key, uid, device: key.slice(65), boot: 'boot', addresses: [address], infoHash, seed, have }];
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.users.map((user) => user.end()));
    await rm(this.folder, { recursive: true });
  }

  #tell(contents: readonly OwnContent[]): void {
    setImmediate(() => {
      for (const device of this.#devices) {
        for (const { gid, content } of contents)
          for (const listener of device.listeners) listener(gid, content);
      }
    });
  }
}

/** One user on one machine. */
export class WorldUser {
  readonly name: string;
  readonly member: TestMember;
  readonly events: NodeEvent[] = [];
  /** Where this user's own files are, and downloads go. */
  readonly files: string;
  readonly userDir: string;
  readonly #world: TransferWorld;
  readonly #options: Partial<TransferOptions>;
  readonly #changed = new Set<(gid: GroupId) => void>();
  #transfers: Transfers | undefined;
  #device: Device | undefined;
  /** Whether others can dial this one at the address it announces. */
  isReachable = true;

  constructor(world: TransferWorld, name: string, member: TestMember, options: Partial<TransferOptions>) {
    this.#world = world;
    this.name = name;
    this.member = member;
    this.#options = options;
    this.files = join(world.folder, name, 'files');
    this.userDir = join(world.folder, name, 'state');
  }

  get transfers(): Transfers {
    if (this.#transfers === undefined) throw new Error(`${this.name} has not begun`);
    return this.#transfers;
  }

  async begin(): Promise<void> {
    this.#transfers = await openTransfers({
      listenHost: '127.0.0.1',
      listenPort: 0,
      clock: systemClock,
      chance: seededChance(1),
      log: silentLogger,
      emit: (event) => this.events.push(event),
      ...this.#options,
    });
    await this.login();
  }

  async login(): Promise<{ shares: number; downloads: number }> {
    const { port } = this.transfers.listening;
    const key = `${this.member.user}/${this.name}`;
    const address = { host: '127.0.0.1', port: this.isReachable ? port : 1 };
    this.#device = { key, uid: this.member.user, address, contents: [], listeners: new Set() };
    this.#world.join(this.#device);
    return this.transfers.onLogin(this.#access(this.#device));
  }

  async logout(): Promise<void> {
    if (this.#device) this.#world.leave(this.#device);
    this.#device = undefined;
    await this.#transfers?.onLogout();
  }

  async end(): Promise<void> {
    await this.logout();
    await this.#transfers?.close();
    this.#transfers = undefined;
  }

  groupChanged(): void {
    for (const listener of this.#changed) listener(this.#world.gid);
  }

  share(path: string): ReturnType<Transfers['uploadFile']> {
    return this.transfers.uploadFile(path, 'lab', () => undefined, new AbortController().signal);
  }

  download(file: string, destination = this.files): ReturnType<Transfers['downloadFile']> {
    return this.transfers.downloadFile('lab', file, destination);
  }

  wait(seconds = 20): ReturnType<Transfers['waitDownloads']> {
    return this.transfers.waitDownloads(seconds, new AbortController().signal);
  }

  #access(device: Device): UserAccess {
    const { name, member, userDir } = this;
    const { key: deviceKey } = device;
    return {
      uid: member.user,
      deviceKey,
      label: name,
      userDir,
      gate: this.#gate(),
      presence: this.#presence(device),
      shares: this.#shares(),
    };
  }

  #gate(): GroupGate {
    const world = this.#world;
    const { gid, group } = world;
    const isMember = (): boolean => !group.removed.has(this.member.user);
    const { certificatePem, privateKeyPem, authorityPem } = this.member.credentials;
    const credentials: GroupCredentials = {
      gid,
      epoch: 1,
      authorityPem: utf8(authorityPem),
      certificatePem,
      privateKeyPem,
    };
    const labels = new Map(world.users.map((user) => [user.member.user, user.name]));
    return {
      requireMember: async (label) => {
        if (label !== 'lab') throw new CommandError('NO_SUCH_GROUP', `there is no group ${label}`);
        if (!isMember()) throw new CommandError('NOT_A_MEMBER', 'you are not in it');
        return { gid, label };
      },
      memberGroups: () => (isMember() ? [{ gid, label: 'lab' }] : []),
      contextFor: (of) => (of === gid && isMember() ? credentials : undefined),
      announceUrls: async () => [],
      admit: (of, der) => (of === gid ? group.admit(der) : { refused: 'no such group' }),
      labelOf: (uid) =>
        labels.get(uid) ?? world.users.find((user) => user.member.user === uid)?.name ?? uid.slice(0, 8),
      labelOfGroup: () => 'lab',
      onGroupChanged: (listener) => {
        this.#changed.add(listener);
        return () => void this.#changed.delete(listener);
      },
      newsDigest: () => new Uint8Array(32),
      newsFor: (_gid, { length }) => {
        if (length === 32) return [];
        throw new PeerFault('BAD_EXTENSION', `digest: ${length} bytes`);
      },
      applyNews: () => false,
    };
  }

  #presence(device: Device): Presence {
    const world = this.#world;
    return {
      announce: (contents) => world.announce(device, contents),
      peersOf: (gid, content) => world.peersOf(device, gid, content),
      onPeers: (listener) => {
        device.listeners.add(listener);
        return () => void device.listeners.delete(listener);
      },
      trackersConnected: () => (world.isCutOff ? 0 : 1),
    };
  }

  #shares(): ShareBook {
    const { shares } = this.#world;
    const at = (content: ContentId): number =>
      shares.findIndex((share) => share.content === content && share.uid === this.member.user);
    return {
      publishShare: async (_gid, facts) => {
        if (this.#world.isCutOff) throw new CommandError('NO_TRACKER', 'no tracker answers');
        if (at(facts.content) < 0) shares.push({ ...facts, uid: this.member.user, user: this.name });
      },
      withdrawShare: async (_gid, content) => {
        if (at(content) < 0) return;
        if (this.#world.isCutOff) throw new CommandError('NO_TRACKER', 'no tracker answers');
        shares.splice(at(content), 1);
      },
      listFiles: async () => ({ shares: [...shares], swarms: new Map() }),
    };
  }
}
