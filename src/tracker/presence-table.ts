import type { AnnouncedContent, PeerAddress, PresenceReport, SwarmPeer } from '../api/index.ts';
import { CONTENTS_PER_DEVICE_MAX, PRESENCE_GONE_MS } from '../api/index.ts';
import { addressKey, type ContentId, type GroupId, type UserId } from '../base/index.ts';
import { reachableAddresses } from './reachable-addresses.ts';
import { SwarmNews, type SwarmRef } from './swarm-news.ts';

/** Devices of one user at a time. */
const DEVICES_PER_USER_MAX = 16;
/** Contents announced from one address: anybody can make many accounts. What is beyond that is passed over. */
const CONTENTS_PER_ADDRESS_MAX = 100_000;
/** Progress below this is not news to others. */
const HAVE_STEP = 0.05;

interface Device {
  readonly uid: UserId;
  readonly device: string;
  readonly boot: string;
  /** What limits by address count under: where it came from first. */
  readonly source: string;
  version: number;
  port: number;
  addresses: PeerAddress[];
  lastMs: number;
  /** By `swarmKey`. */
  readonly contents: Map<string, Announced>;
}
interface Announced extends AnnouncedContent {
  /** The device's user is a member of the group, so that others may see it. */
  visible: boolean;
}
interface OnlineUser {
  readonly sinceMs: number;
  readonly devices: Map<string, Device>;
}
interface GroupSwarms {
  members: ReadonlySet<UserId>;
  readonly swarms: Map<ContentId, Set<Device>>;
}

/** What comes with a report from elsewhere. */
export interface ReportFacts {
  /** The address that it came from. */
  readonly observed: string;
  readonly nowMs: number;
  /** Only shown to people: online since. */
  readonly wallMs: number;
  /** The members of each group that it names. */
  readonly membersOf: ReadonlyMap<GroupId, ReadonlySet<UserId>>;
}

/**
 * Who is online where, holding how much of what: soft state, kept alive by heartbeats. Announcements of users who
 * are no members of the group are kept, and shown to nobody until they are.
 */
export class PresenceTable {
  readonly #users = new Map<UserId, OnlineUser>();
  readonly #groups = new Map<GroupId, GroupSwarms>();
  /** Contents that are announced from each source. */
  readonly #announced = new Map<string, number>();

  /** `need`: the report builds on what is not known here. */
  onReport(uid: UserId, report: PresenceReport, facts: ReportFacts): { news: SwarmNews; need?: 'full' } {
    const news = new SwarmNews();
    const known = this.#users.get(uid)?.devices.get(report.device);
    const same = known?.boot === report.boot ? known : undefined;
    if (report.goodbye === true) {
      // A goodbye that arrives after the next start of the same device is not about that one.
      if (same) this.#drop(same, news);
      return { news };
    }
    if (known && !same) this.#drop(known, news);
    const device = same ?? this.#welcome(uid, report, facts, news);
    this.#refresh(device, report, facts, news);
    const isTaken = this.#announce(device, report, facts, news);
    for (const { gid } of report.contents ?? []) this.#tidy(gid);
    return isTaken ? { news } : { news, need: 'full' };
  }

  /** Drops who has been silent for too long. */
  onTime(nowMs: number): SwarmNews {
    const news = new SwarmNews();
    for (const { devices } of this.#users.values()) {
      for (const device of devices.values()) {
        if (nowMs - device.lastMs > PRESENCE_GONE_MS) this.#drop(device, news);
      }
    }
    return news;
  }

  /** Who counts as a member from now on. */
  onMembers(gid: GroupId, members: ReadonlySet<UserId>): SwarmNews {
    const news = new SwarmNews();
    const group = this.#groups.get(gid);
    if (!group) return news;
    group.members = members;
    for (const [content, devices] of group.swarms) {
      for (const device of devices) this.#showOrHide(device, { gid, content }, news);
    }
    return news;
  }

  /** Groups in which something is announced. */
  groups(): GroupId[] {
    return [...this.#groups.keys()];
  }

  /** Those of `users` who are online, with the wall time since when. */
  online(users: Iterable<UserId>): Record<string, number> {
    const online: Record<string, number> = {};
    for (const uid of users) {
      const user = this.#users.get(uid);
      if (user) online[uid] = user.sinceMs;
    }
    return online;
  }

  /** Seeds and leechers of each content of the group. */
  swarmsOf(gid: GroupId): Record<string, { seeds: number; leechers: number }> {
    const counts: Record<string, { seeds: number; leechers: number }> = {};
    for (const content of this.#groups.get(gid)?.swarms.keys() ?? []) {
      const peers = this.swarm({ gid, content });
      const seeds = peers.filter((peer) => peer.seed).length;
      if (peers.length > 0) counts[content] = { seeds, leechers: peers.length - seeds };
    }
    return counts;
  }

  /** All that a member may see of one swarm. */
  swarm({ gid, content }: SwarmRef): SwarmPeer[] {
    const peers: SwarmPeer[] = [];
    for (const device of this.#groups.get(gid)?.swarms.get(content) ?? []) {
      const announced = device.contents.get(swarmKey({ gid, content }));
      if (announced?.visible) peers.push(peerOf(device, announced));
    }
    return peers;
  }

  /** The swarms in which a user takes part and may see the others. */
  swarmsWith(uid: UserId): SwarmRef[] {
    const swarms = new Map<string, SwarmRef>();
    for (const device of this.#users.get(uid)?.devices.values() ?? []) {
      for (const [key, { gid, content, visible }] of device.contents) {
        if (visible) swarms.set(key, { gid, content });
      }
    }
    return [...swarms.values()];
  }

  get counts(): { users: number; groups: number } {
    return { users: this.#users.size, groups: this.#groups.size };
  }

  #welcome(uid: UserId, report: PresenceReport, facts: ReportFacts, news: SwarmNews): Device {
    const { nowMs, wallMs, observed } = facts;
    const user: OnlineUser = this.#users.get(uid) ?? { sinceMs: wallMs, devices: new Map() };
    this.#users.set(uid, user);
    if (user.devices.size >= DEVICES_PER_USER_MAX) {
      const oldest = [...user.devices.values()].toSorted((a, b) => a.lastMs - b.lastMs)[0];
      if (oldest) this.#drop(oldest, news);
    }
    const { device: name, boot, port } = report;
    const device: Device = {
      uid,
      device: name,
      boot,
      source: addressKey(observed),
      version: -1,
      port,
      addresses: [],
      lastMs: nowMs,
      contents: new Map(),
    };
    user.devices.set(name, device);
    return device;
  }

  #refresh(device: Device, report: PresenceReport, { observed, nowMs }: ReportFacts, news: SwarmNews): void {
    const addresses = reachableAddresses(report.addresses, report.port, observed);
    const before = JSON.stringify([device.addresses, device.port]);
    device.lastMs = nowMs;
    device.port = report.port;
    device.addresses = addresses;
    if (JSON.stringify([addresses, report.port]) === before) return;
    for (const announced of device.contents.values()) {
      if (announced.visible) news.came(announced, peerOf(device, announced));
    }
  }

  /** False if the report changes a version that is not the one known here. */
  #announce(device: Device, report: PresenceReport, { membersOf }: ReportFacts, news: SwarmNews): boolean {
    const { contents = [], gone = [], version } = report;
    const changes = report.contents !== undefined || report.gone !== undefined;
    const builds = device.version === version || (changes && device.version === version - 1);
    if (!report.full && !builds) return false;
    device.version = version;
    if (report.full) {
      const named = new Set(contents.map(swarmKey));
      for (const [key, announced] of device.contents) {
        if (!named.has(key)) this.#leave(device, announced, news);
      }
    }
    for (const swarm of gone) this.#leave(device, swarm, news);
    // Only now: with the last content of a group who is in it is forgotten as well.
    for (const { gid } of contents) this.#group(gid).members = membersOf.get(gid) ?? new Set();
    for (const content of contents) this.#join(device, content, news);
    return true;
  }

  #join(device: Device, content: AnnouncedContent, news: SwarmNews): void {
    const key = swarmKey(content);
    const before = device.contents.get(key);
    if (!before && !this.#takePlace(device)) return;
    const group = this.#group(content.gid);
    const visible = group.members.has(device.uid);
    const isNews = !before || differsMuch(before, content);
    // What was told last stays the measure of what is news, so that many small steps are told as well.
    device.contents.set(key, { ...content, have: isNews ? content.have : before.have, visible });
    group.swarms.set(content.content, (group.swarms.get(content.content) ?? new Set()).add(device));
    if (visible && isNews) news.came(content, peerOf(device, content));
    if (visible && !before)
      news.entered.push({ uid: device.uid, gid: content.gid, content: content.content });
  }

  /** Makes room for one more content of a device; false if it has no more. */
  #takePlace(device: Device): boolean {
    if (device.contents.size >= CONTENTS_PER_DEVICE_MAX) return false;
    if ((this.#announced.get(device.source) ?? 0) >= CONTENTS_PER_ADDRESS_MAX) return false;
    this.#count(device, 1);
    return true;
  }

  #count({ source }: Device, more: number): void {
    const count = (this.#announced.get(source) ?? 0) + more;
    if (count > 0) this.#announced.set(source, count);
    else this.#announced.delete(source);
  }

  #showOrHide(device: Device, swarm: SwarmRef, news: SwarmNews): void {
    const announced = device.contents.get(swarmKey(swarm));
    const visible = this.#group(swarm.gid).members.has(device.uid);
    if (!announced || visible === announced.visible) return;
    announced.visible = visible;
    if (visible) {
      news.came(swarm, peerOf(device, announced));
      news.entered.push({ uid: device.uid, ...swarm });
    } else news.went(swarm, device);
  }

  #leave(device: Device, swarm: SwarmRef, news: SwarmNews): void {
    const { gid, content } = swarm;
    const announced = device.contents.get(swarmKey(swarm));
    if (!announced) return;
    device.contents.delete(swarmKey(swarm));
    this.#count(device, -1);
    const group = this.#group(gid);
    const devices = group.swarms.get(content);
    devices?.delete(device);
    if (devices?.size === 0) group.swarms.delete(content);
    this.#tidy(gid);
    if (announced.visible) news.went({ gid, content }, device);
  }

  #drop(device: Device, news: SwarmNews): void {
    for (const announced of device.contents.values()) this.#leave(device, announced, news);
    const user = this.#users.get(device.uid);
    user?.devices.delete(device.device);
    if (user?.devices.size === 0) this.#users.delete(device.uid);
  }

  #tidy(gid: GroupId): void {
    if (this.#groups.get(gid)?.swarms.size === 0) this.#groups.delete(gid);
  }

  #group(gid: GroupId): GroupSwarms {
    const group = this.#groups.get(gid) ?? { members: new Set(), swarms: new Map() };
    this.#groups.set(gid, group);
    return group;
  }
}

const swarmKey = ({ gid, content }: SwarmRef): string => `${gid}/${content}`;

const differsMuch = (before: AnnouncedContent, after: AnnouncedContent): boolean =>
  before.seed !== after.seed ||
  before.infoHash !== after.infoHash ||
  Math.abs(before.have - after.have) >= HAVE_STEP;

function peerOf(device: Device, announced: AnnouncedContent): SwarmPeer {
  const { uid, device: name, boot, port, addresses } = device;
  const { infoHash, have, seed } = announced;
  return { uid, device: name, boot, port, addresses, infoHash, have, seed };
}
