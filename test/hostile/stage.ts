import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { sha256Hex, systemClock, within, type InfoHash } from '../../src/base/index.ts';
import type { DownloadRow, PeerRow } from '../../src/node/commands.ts';
import type { PeerEntry } from '../../src/node/seams.ts';
import type { TestMember } from '../support/test-group.ts';
import { TransferWorld, type WorldUser } from '../support/transfer-world.ts';
import { fileOf, noise, until } from '../transfers/kit.ts';
import type { Target } from './attacker.ts';

const VICTIM = fileURLToPath(new URL('victim.js', import.meta.url));
const BUILT = fileURLToPath(new URL('../../dist/base/index.js', import.meta.url));
const LIMIT_MS = 40_000;
/** Whoever gets the victim to keep more than this has ended it. What is young is bounded alike in every version of Node. */
const HEAP_LIMITS = ['--max-old-space-size=96', '--max-semi-space-size=16'];

/** How the victim is. */
export interface Report {
  /** Bytes of memory now, and at most so far. */
  readonly rss: number;
  readonly peakRss: number;
  /** Processor time of all its threads since it began. */
  readonly cpuMs: number;
  /** Open files and sockets. */
  readonly files: number;
  readonly connections: number;
  readonly peers: readonly PeerRow[];
  readonly downloads: readonly DownloadRow[];
  /** What was logged, with its reason, and how often. */
  readonly reasons: Readonly<Record<string, number>>;
}

export interface StageOptions {
  /** Bytes of the file. */
  readonly bytes: number;
  /** The victim fetches the file from an honest seed; else it shares it. */
  readonly fetches?: boolean;
  /** How many times as fast as the machine's the victim's clock goes. */
  readonly speed?: number;
  /** What the honest seed gives a second, at most. */
  readonly seedBytesPerSecond?: number;
}

/** A node in a process of its own, honest users in this one, and members with bad intentions. */
export class Stage {
  readonly world: TransferWorld;
  readonly content: Buffer;
  readonly #child: ChildProcess;
  readonly #answers: AsyncIterator<string>;
  readonly #ended: Promise<unknown>;
  target: Target = { port: 0, infoHash: '' as InfoHash };

  private constructor(world: TransferWorld, content: Buffer, child: ChildProcess) {
    if (child.stdout === null) throw new Error('a child without output');
    this.world = world;
    this.content = content;
    this.#child = child;
    this.#answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    this.#ended = once(child, 'close');
  }

  static async open(options: StageOptions): Promise<Stage> {
    if (!existsSync(BUILT)) throw new Error('these tests run what is built: npm run build first');
    const world = await TransferWorld.create();
    const content = noise(options.bytes);
    const userDir = join(world.folder, 'victim');
    await mkdir(userDir);
    const { credentials, user: uid } = await world.group.member('victim');
    const about = { ...options, gid: world.gid, uid, userDir, credentials, userByCertificate: {} };
    const goal =
      options.fetches === true ? await seeded(world, content, options.seedBytesPerSecond) : undefined;
    const path = goal ? undefined : join(userDir, 'a.bin');
    if (path !== undefined) await writeFile(path, content);
    const config = join(world.folder, 'told.json');
    const told = { ...about, path, seed: goal?.seed, share: goal?.share, destination: userDir };
    await writeFile(config, JSON.stringify(told));
    const child = spawn(process.execPath, [...HEAP_LIMITS, VICTIM, config], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const stage = new Stage(world, content, child);
    if (goal) stage.target = { port: 0, infoHash: goal.seed.infoHash as InfoHash };
    await stage.#meet(uid);
    if (goal) await stage.#befriend(goal.alice);
    return stage;
  }

  async #meet(uid: PeerEntry['uid']): Promise<void> {
    const { port, share, infoHash } = JSON.parse(await this.#line()) as {
      port: number;
      share: TransferWorld['shares'][number];
      infoHash?: InfoHash;
    };
    this.target = { port, infoHash: infoHash ?? this.target.infoHash };
    if (infoHash === undefined) return;
    const { gid } = this.world;
    const { content } = share;
    this.world.shares.push({ ...share, uid, user: 'victim' });
    this.world.join({
      key: `${uid}/victim`,
      uid,
      address: { host: '127.0.0.1', port },
      contents: [{ gid, content, infoHash, seed: true, have: 1 }],
      listeners: new Set(),
    });
  }

  async #line(): Promise<string> {
    const next = within(
      systemClock,
      LIMIT_MS,
      this.#answers.next(),
      () => new Error('no word of the victim'),
    );
    const { value, done } = await next;
    if (done === true) throw new Error('the victim ended');
    return value;
  }

  /** Somebody who has a certificate, and whom the victim takes for a member. */
  async member(name: string): Promise<TestMember> {
    const member = await this.world.group.member(name);
    await this.ask({ certificate: sha256Hex(member.certificateDer), user: member.user });
    return member;
  }

  /** An honest user whom the victim takes for a member, and knows where to find. */
  async #befriend({ name, member, transfers }: WorldUser): Promise<void> {
    const { user, certificateDer } = member;
    const at = { key: `${user}/${name}`, uid: user, device: name, boot: 'boot' };
    const { host, port } = transfers.listening;
    const peer = { ...at, addresses: [{ host, port }], seed: false, have: 0 };
    await this.ask({ certificate: sha256Hex(certificateDer), user, peer });
  }

  ask(news: object = {}): Promise<Report> {
    this.#child.stdin?.write(`${JSON.stringify(news)}\n`);
    return this.#line().then((answer) => JSON.parse(answer) as Report);
  }

  /** A new honest user fetches the whole file from the victim. Resolves to the victim's processor time meanwhile. */
  async fetch(name: string): Promise<{ cpuMs: number }> {
    const user = await this.world.user(name);
    await this.#befriend(user);
    const before = await this.ask();
    await user.download('a.bin');
    await user.wait(LIMIT_MS / 1_000);
    const after = await this.ask();
    const got = await readFile(join(user.files, 'a.bin'));
    if (!got.equals(this.content)) throw new Error('not what was shared');
    await user.end();
    await this.ask({ gone: user.member.user });
    return { cpuMs: after.cpuMs - before.cpuMs };
  }

  /** What the victim has written of the file that it fetches. */
  fetched(): Promise<Buffer> {
    return readFile(join(this.world.folder, 'victim', 'a.bin'));
  }

  /** Waits until the victim's report fits. */
  async sees(fits: (report: Report) => boolean): Promise<Report> {
    let last = await this.ask();
    await until(
      async () => fits((last = await this.ask())),
      () => last,
      LIMIT_MS,
    );
    return last;
  }

  async close(): Promise<void> {
    this.#child.stdin?.end();
    await within(systemClock, LIMIT_MS, this.#ended, () => new Error('the victim does not end')).finally(() =>
      this.#child.kill('SIGKILL'),
    );
    await this.world.close();
  }
}

/** An honest seed in this process, as the victim's trackers would name it. */
async function seeded(world: TransferWorld, content: Buffer, upBytesPerSecond: number | undefined) {
  const alice = await world.user('alice', upBytesPerSecond === undefined ? {} : { upBytesPerSecond });
  const { infoHash } = await alice.share(await fileOf(alice, 'a.bin', content));
  const { user: uid } = alice.member;
  const { host, port } = alice.transfers.listening;
  const addresses = [{ host, port }];
  const device = 'alice';
  const seed = {
    key: `${uid}/${device}`,
    uid,
    device,
    boot: 'boot',
    addresses,
    infoHash,
    seed: true,
    have: 1,
  };
  return { alice, seed, share: world.shares[0] };
}
