import { chmod, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { X509Certificate } from 'node:crypto';
import { TransferWorld, type WorldUser } from '../support/transfer-world.ts';
import { fileOf, noise } from './kit.ts';

const MIB = 1024 * 1024;
const NAMES = [
  'README-lab.txt',
  'a.bin.torrent',
  'authority-lab.pem',
  'ffdhe2048.pem',
  'member-lab.key',
  'member-lab.pem',
];

let world: TransferWorld;
let alice: WorldUser;
let folder: string;

beforeEach(async () => {
  world = await TransferWorld.create();
  alice = await world.user('alice');
  folder = join(world.folder, 'exported');
});

afterEach(() => world.close());

const text = (name: string): Promise<string> => readFile(join(folder, name), 'utf8');
const exported = (file = 'a.bin', who = alice) => who.transfers.exportTorrent('lab', file, folder);

describe('of a share', () => {
  beforeEach(async () => {
    await alice.share(await fileOf(alice, 'a.bin', noise(MIB)));
  });

  test('writes the group of files that another program needs, the key for its owner alone', async () => {
    const done = await exported();
    expect((await readdir(folder)).toSorted()).toEqual(NAMES);
    expect(done.written.toSorted()).toEqual(NAMES);
    expect(done).toMatchObject({ file: 'a.bin', folder, kept: [], torrent: 'a.bin.torrent', trackers: 0 });
    const { certificatePem, privateKeyPem, authorityPem } = alice.member.credentials;
    expect(await text('member-lab.pem')).toBe(certificatePem);
    expect(await text('member-lab.key')).toBe(privateKeyPem);
    expect(await text('authority-lab.pem')).toBe(authorityPem);
    expect((await stat(join(folder, 'member-lab.key'))).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect(done.endsAtMs).toBe(Date.parse(new X509Certificate(certificatePem).validTo));
  });

  test('the how-to names each file, the end of the certificate, and what must not be done', async () => {
    const done = await exported();
    const howTo = await text('README-lab.txt');
    for (const name of NAMES.slice(2)) expect(howTo).toContain(name);
    expect(howTo).toContain(new Date(done.endsAtMs).toISOString().slice(0, 10));
    expect(howTo).toMatch(/one group/i);
    expect(howTo).toMatch(/withdrawal/i);
    expect(howTo).toMatch(/keep the key to yourself/i);
    expect(howTo).not.toMatch(/tracker addresses/);
  });

  test('does nothing the second time; another file of the group goes beside it', async () => {
    await exported();
    expect(await exported()).toMatchObject({ written: [], kept: expect.arrayContaining(NAMES) });
    await alice.share(await fileOf(alice, 'b.bin', noise(1000)));
    expect(await exported('b.bin')).toMatchObject({ written: ['b.bin.torrent'] });
  });

  test.each(NAMES)('overwrites nothing, and writes nothing: %s is there already', async (name) => {
    await mkdir(folder);
    await writeFile(join(folder, name), 'mine');
    await expect(exported()).rejects.toMatchObject({
      code: 'DESTINATION_EXISTS',
      message: expect.stringContaining(join(folder, name)),
    });
    expect(await readdir(folder)).toEqual([name]);
    expect(await text(name)).toBe('mine');
  });

  test('follows no link, and leaves no key that others can read', async () => {
    await mkdir(folder);
    const target = join(world.folder, 'target');
    await symlink(target, join(folder, 'member-lab.key'));
    await expect(exported()).rejects.toMatchObject({ code: 'DESTINATION_EXISTS' });
    await expect(stat(target)).rejects.toMatchObject({ code: 'ENOENT' });
    await rm(join(folder, 'member-lab.key'));
    await exported();
    await chmod(join(folder, 'member-lab.key'), 0o644);
    await expect(exported()).rejects.toMatchObject({ message: expect.stringContaining('chmod 600') });
  });

  test('says what is wrong with the folder', async () => {
    const own = join(alice.files, 'a.bin');
    const missing = join(world.folder, 'none', 'sub');
    await expect(alice.transfers.exportTorrent('lab', 'a.bin', own)).rejects.toMatchObject({
      code: 'DESTINATION_EXISTS',
    });
    await expect(alice.transfers.exportTorrent('lab', 'a.bin', missing)).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
    });
  });

  test('a complete download is exported with the keys of who fetched it, under the same info-hash', async () => {
    const bob = await world.user('bob');
    await expect(exported('a.bin', bob)).rejects.toMatchObject({
      code: 'NO_SUCH_FILE',
      message: expect.stringContaining('download_file'),
    });
    await bob.download('a.bin');
    await bob.wait();
    const hers = await exported();
    await rm(folder, { recursive: true });
    expect(await exported('a.bin', bob)).toMatchObject({ infoHash: hers.infoHash });
    expect(await text('member-lab.key')).toBe(bob.member.credentials.privateKeyPem);
    await bob.transfers.stopShare('lab', 'a.bin');
    expect(await exported('a.bin', bob)).toMatchObject({ written: [] });
  });

  test('is refused to who is not in the group, and for what is not in it', async () => {
    await expect(exported('b.bin')).rejects.toMatchObject({ code: 'NO_SUCH_FILE' });
    await expect(alice.transfers.exportTorrent('other', 'a.bin', folder)).rejects.toMatchObject({
      code: 'NO_SUCH_GROUP',
    });
    world.remove(alice);
    await expect(exported()).rejects.toMatchObject({ code: 'NOT_A_MEMBER' });
    await expect(stat(folder)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

test('a name too long for a .torrent beside it gives way to the content id', async () => {
  const name = `${'x'.repeat(250)}.bin`;
  await alice.share(await fileOf(alice, name, noise(1000)));
  const { torrent } = await exported(name);
  expect(torrent).toMatch(/^[0-9a-f]{64}\.torrent$/);
});

test('what holds no byte is no torrent for others', async () => {
  await alice.share(await fileOf(alice, 'empty', new Uint8Array()));
  await expect(exported('empty')).rejects.toMatchObject({ code: 'NOTHING_TO_SHARE' });
});
