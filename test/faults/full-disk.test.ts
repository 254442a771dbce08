import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';

import { noise, fileOf, onlyRow, until } from '../transfers/kit.ts';
import { TransferWorld } from '../support/transfer-world.ts';

const MIB = 1024 * 1024;
const disk = join(await mkdtemp(join(tmpdir(), 'mbt-disk-')), 'disk');
const isMounted = mount();
let world: TransferWorld;

/** A disk of 12 MiB; only root may make one. */
function mount(): boolean {
  mkdirSync(disk);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', disk], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

beforeEach(async () => {
  world = await TransferWorld.create();
});

afterEach(async () => {
  await world.close();
});

afterAll(async () => {
  if (isMounted) execFileSync('umount', [disk]);
  await rm(join(disk, '..'), { recursive: true });
});

test.runIf(isMounted)(
  'a disk that fills up fails the download in words; space made, it goes on',
  async () => {
    const bytes = noise(8 * MIB);
    const alice = await world.user('alice', { upBytesPerSecond: 4 * MIB });
    const bob = await world.user('bob');
    await alice.share(await fileOf(alice, 'a.bin', bytes));
    await alice.share(await fileOf(alice, 'too-big.bin', noise(13 * MIB, 2)));
    await expect(bob.download('too-big.bin', disk)).rejects.toMatchObject({ code: 'NO_SPACE' });
    await bob.download('a.bin', disk);
    await until(async () => (await onlyRow(bob)).doneBytes > MIB);
    const hog = join(disk, 'hog');
    await writeFile(hog, Buffer.alloc(12 * MIB)).catch(() => undefined);
    await until(async () => (await onlyRow(bob)).state === 'F');
    const failed = await onlyRow(bob);
    expect(failed).toMatchObject({ state: 'F', remark: expect.stringContaining('space') as string });
    expect(bob.events).toMatchObject([{ type: 'failed', code: 'NO_SPACE' }]);
    await rm(hog);
    await bob.transfers.resumeDownload('lab', 'a.bin');
    await bob.wait();
    expect((await readFile(join(disk, 'a.bin'))).equals(bytes)).toBe(true);
    const [peer] = await bob.transfers.showPeers('lab', 'a.bin');
    expect(peer?.bytesFrom).toBeLessThan(bytes.length + 6 * MIB);
  },
);
