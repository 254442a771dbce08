import { calmLogger, CommandError, secretBytes, utf8 } from '../../base/index.ts';
import { openHasher, type Hasher } from '../../hashing/index.ts';
import {
  interfaceHosts,
  openPeerHost,
  RateLimiter,
  sniOf,
  type PeerAddress,
  type PeerHost,
} from '../../net/index.ts';
import { FilePool } from '../../storage/index.ts';
import { SharedPiecePool } from '../../swarm/index.ts';
import type { CareOf, OpenTransfers, TransferOptions, Transfers, UserAccess } from '../seams.ts';
import type { TransferTools } from './desk.ts';
import { Doors } from './doors.ts';
import { FramePool } from './frame-pool.ts';
import { ownDownload, ownShare } from './own-content.ts';
import { UserTransfers } from './user-transfers.ts';

/** Memory for pieces under way, all swarms together. */
const PIECE_MEMORY_BYTES = 32 * 1024 * 1024;
/** How BitTorrent clients name themselves (BEP 20): program, version, then chance. */
const PEER_ID_PREFIX = '-MB0100-';
const PEER_ID_BYTES = 20;

/** Opens the port and starts what all users of the process share. Nobody is served before `onLogin`. */
export const openTransfers: OpenTransfers = async (options) => {
  const hasher = openHasher();
  const doors = new Doors();
  const { clock } = options;
  const log = calmLogger(options.log, clock, 'peer.');
  const rates = {
    up: new RateLimiter(clock, options.upBytesPerSecond),
    down: new RateLimiter(clock, options.downBytesPerSecond),
  };
  try {
    const host = await openPeerHost({
      host: options.listenHost,
      port: options.listenPort,
      contextFor: (name) => doors.knock(name)?.context,
      onPeer: (socket) => {
        const door = doors.find(sniOf(socket.proof.context.infoHash));
        if (door) door.accept(socket);
        else socket.destroy(new Error('not served now'));
      },
      rates,
      clock,
      log,
    });
    return new NodeTransfers({ ...options, log }, host, hasher, { doors, rates });
  } catch (error) {
    await hasher.close();
    throw error;
  }
};

class NodeTransfers implements Transfers {
  readonly listening: PeerAddress;
  readonly addresses: readonly PeerAddress[];
  readonly #tools: TransferTools;
  readonly #host: PeerHost;
  readonly #hasher: Hasher;
  #user: UserTransfers | undefined;

  constructor(
    options: TransferOptions,
    host: PeerHost,
    hasher: Hasher,
    shared: Pick<TransferTools, 'doors' | 'rates'>,
  ) {
    const { clock, chance, log, emit, listenHost, onChange } = options;
    this.#host = host;
    this.#hasher = hasher;
    this.listening = { host: listenHost, port: host.address.port };
    this.addresses = announcedHosts(listenHost, host.address.host).map((each) => ({
      ...this.listening,
      host: each,
    }));
    this.#tools = {
      ...shared,
      host,
      hasher,
      pool: new SharedPiecePool(PIECE_MEMORY_BYTES),
      frames: new FramePool(),
      files: new FilePool(),
      ownPeerId: newPeerId(),
      clock,
      chance,
      log,
      emit,
      onChange: () => onChange?.(undefined),
    };
  }

  onServerName(listener: (name: string) => void): () => void {
    return this.#tools.doors.onKnock(listener);
  }

  async onLogin(access: UserAccess, careOf?: CareOf): Promise<{ shares: number; downloads: number }> {
    await this.onLogout();
    this.#hasher.getReady();
    this.#user = await UserTransfers.open(this.#tools, access, careOf);
    const { shares, downloads } = this.counts();
    return { shares, downloads };
  }

  async onLogout(): Promise<void> {
    const user = this.#user;
    this.#user = undefined;
    await user?.close();
  }

  async close(): Promise<void> {
    await this.onLogout();
    await this.#host.close();
    await this.#hasher.close();
  }

  async completions(kind: 'file' | 'download' | 'share', group: string | undefined): Promise<string[]> {
    return this.#user?.names(kind, group) ?? [];
  }

  ownShares(): ReturnType<Transfers['ownShares']> {
    return [...(this.#user?.shares.all ?? [])].map(ownShare);
  }

  ownDownloads(): ReturnType<Transfers['ownDownloads']> {
    return (this.#user?.downloads.all ?? []).map(ownDownload);
  }

  counts(): ReturnType<Transfers['counts']> {
    const statuses = [...(this.#user?.runs ?? [])].map((run) => run.status());
    const unfinished =
      this.#user?.downloads.all.filter((download) => download.entry.state !== 'complete') ?? [];
    return {
      shares: this.#user?.shares.count ?? 0,
      downloads: unfinished.length,
      peers: this.#host.connections,
      downloadBytesPerSecond: statuses.reduce((sum, status) => sum + status.bytesPerSecondDown, 0),
      uploadBytesPerSecond: statuses.reduce((sum, status) => sum + status.bytesPerSecondUp, 0),
      downLimit: this.#tools.rates.down.bytesPerSecond ?? null,
      upLimit: this.#tools.rates.up.bytesPerSecond ?? null,
    };
  }

  listFiles: Transfers['listFiles'] = (...args) => this.#current.listFiles(...args);
  uploadFile: Transfers['uploadFile'] = (...args) => this.#current.uploadFile(...args);
  downloadFile: Transfers['downloadFile'] = (...args) => this.#current.downloadFile(...args);
  downloadNewer: Transfers['downloadNewer'] = (...args) => this.#current.downloadNewer(...args);
  dropUnfinished: Transfers['dropUnfinished'] = (...args) => this.#current.dropUnfinished(...args);
  showDownloads: Transfers['showDownloads'] = () => this.#current.showDownloads();
  stopShare: Transfers['stopShare'] = (...args) => this.#current.stopShare(...args);
  pauseDownload: Transfers['pauseDownload'] = (...args) => this.#current.pauseDownload(...args);
  resumeDownload: Transfers['resumeDownload'] = (...args) => this.#current.resumeDownload(...args);
  cancelDownload: Transfers['cancelDownload'] = (...args) => this.#current.cancelDownload(...args);
  listContentFiles: Transfers['listContentFiles'] = (...args) => this.#current.listContentFiles(...args);
  setPriority: Transfers['setPriority'] = (...args) => this.#current.setPriority(...args);
  pieceMap: Transfers['pieceMap'] = (...args) => this.#current.pieceMap(...args);
  openContent: Transfers['openContent'] = (...args) => this.#current.openContent(...args);
  recheck: Transfers['recheck'] = (...args) => this.#current.recheck(...args);
  waitDownloads: Transfers['waitDownloads'] = (...args) => this.#current.waitDownloads(...args);
  showPeers: Transfers['showPeers'] = (...args) => this.#current.showPeers(...args);
  setLimit: Transfers['setLimit'] = (...args) => this.#current.setLimit(...args);
  limits: Transfers['limits'] = () => this.#current.limits();
  exemptLan: Transfers['exemptLan'] = (...args) => this.#current.exemptLan(...args);
  setSchedule: Transfers['setSchedule'] = (...args) => this.#current.setSchedule(...args);
  exportTorrent: Transfers['exportTorrent'] = (...args) => this.#current.exportTorrent(...args);

  get #current(): UserTransfers {
    if (this.#user) return this.#user;
    throw new CommandError('NOT_LOGGED_IN', 'log in first: login <user_id>');
  }
}

const EVERY_ADDRESS = new Set(['0.0.0.0', '::']);
/** As many as presence carries. */
const ADDRESSES_MAX = 8;

/** Where others may find us: the address that was asked for first, even if it is that of a router before us. */
function announcedHosts(asked: string, bound: string): string[] {
  if (!EVERY_ADDRESS.has(bound)) return [bound];
  const hosts = EVERY_ADDRESS.has(asked) ? interfaceHosts() : [asked, ...interfaceHosts()];
  return [...new Set(hosts)].slice(0, ADDRESSES_MAX);
}

function newPeerId(): Uint8Array {
  const id = new Uint8Array(PEER_ID_BYTES);
  const prefix = utf8(PEER_ID_PREFIX);
  id.set(prefix);
  id.set(secretBytes(PEER_ID_BYTES - prefix.length), prefix.length);
  return id;
}
