import { spawn, type ChildProcess } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { sha256Hex } from '../../src/base/index.ts';
import { TransferWorld } from '../support/transfer-world.ts';
import { fileOf, noise } from '../transfers/kit.ts';

const MIB = 1024 * 1024;
const LEECHER = fileURLToPath(new URL('../support/lone-leecher.js', import.meta.url));
let world: TransferWorld;

beforeEach(async () => {
  world = await TransferWorld.create();
});

afterEach(async () => {
  await world.close();
});

/** Runs the leecher until `stopAt` says so of one of its lines (then it is killed), or until it ends. All lines it said. */
async function runLeecher(config: string, stopAt: (line: string) => boolean): Promise<string[]> {
  const child: ChildProcess = spawn(process.execPath, [LEECHER, config], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  const closed = new Promise<void>((resolve) => child.on('close', () => resolve()));
  if (child.stdout) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line);
      if (stopAt(line)) child.kill('SIGKILL');
    });
  }
  await closed;
  return lines;
}

const heldOf = (line: string | undefined): number => Number(/^held (\d+)/.exec(line ?? '')?.[1] ?? 0);

test('a leecher killed again and again fetches nothing twice but what was in flight', async () => {
  const bytes = noise(48 * MIB);
  const alice = await world.user('alice', { upBytesPerSecond: 12 * MIB });
  const { infoHash } = await alice.share(await fileOf(alice, 'a.bin', bytes));
  const leecher = await world.group.member('leecher');
  const destination = join(world.folder, 'fetched.bin');
  const config = join(world.folder, 'leecher.json');
  const seed = {
    key: `${alice.member.user}/alice`,
    uid: alice.member.user,
    device: 'alice',
    boot: 'boot',
    addresses: [alice.transfers.listening],
    infoHash,
    seed: true,
    have: 1,
  };
  const told = {
    gid: world.gid,
    uid: leecher.user,
    userDir: world.folder,
    seed,
    share: world.shares[0],
    destination,
    credentials: leecher.credentials,
    userByCertificate: {
      [sha256Hex(alice.member.certificateDer)]: alice.member.user,
      [sha256Hex(leecher.certificateDer)]: leecher.user,
    },
  };
  await writeFile(config, JSON.stringify(told));

  let held = 0;
  for (const part of [0.25, 0.5, 0.75]) {
    const lines = await runLeecher(config, (line) => heldOf(line) > bytes.length * part);
    held = heldOf(lines.at(-1));
    expect(held).toBeGreaterThan(bytes.length * part);
  }
  const last = await runLeecher(config, () => false);
  expect(last[0]).toBe('restored 1');
  expect(last.at(-1)).toBe('complete');
  const firstSeen = heldOf(last.find((line) => heldOf(line) > 0)) || bytes.length;
  expect(firstSeen).toBeGreaterThanOrEqual(held - MIB);
  expect((await readFile(destination)).equals(bytes)).toBe(true);
  const [peer] = await alice.transfers.showPeers('lab', 'a.bin');
  // Each kill may lose what was on the way: the pieces being assembled and what stood in the sockets' buffers.
  expect(peer?.bytesTo).toBeGreaterThanOrEqual(bytes.length);
  expect(peer?.bytesTo).toBeLessThan(bytes.length + 3 * 4 * MIB);
}, 120_000);
