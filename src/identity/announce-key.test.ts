import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sha256Hex, type GroupId, type UserId } from '../base/index.ts';
import { ANNOUNCE_KEY_CHARS, openAnnounceKeys, type AnnounceKeys } from './announce-key.ts';
import { loadOrCreateClusterKey, type ClusterKey } from './cluster-key.ts';

const folder = mkdtempSync(join(tmpdir(), 'announce-key-'));
const holder = { uid: sha256Hex('anna') as UserId, gid: sha256Hex('band') as GroupId, n: 3 };
let cluster: ClusterKey;
let keys: AnnounceKeys;

beforeAll(async () => {
  cluster = await loadOrCreateClusterKey(join(folder, 'cluster.key'), Date.UTC(2026, 0, 1));
  keys = openAnnounceKeys(cluster);
});
afterAll(() => rmSync(folder, { recursive: true }));

test('every tracker with the cluster key makes and reads the same keys', async () => {
  const again = openAnnounceKeys(await loadOrCreateClusterKey(join(folder, 'cluster.key'), 0));
  const key = keys.seal(holder);
  expect(key).toHaveLength(ANNOUNCE_KEY_CHARS);
  expect(key).toMatch(/^[A-Za-z0-9_-]+$/);
  expect(again.seal(holder)).toBe(key);
  expect(again.open(key)).toEqual(holder);
});

test('keys of two users, groups or stays have nothing in common, and name nobody', () => {
  const others = [
    { ...holder, n: 4 },
    { ...holder, uid: sha256Hex('ben') as UserId },
    { ...holder, gid: sha256Hex('lab') as GroupId },
  ];
  const all = [holder, ...others].map((one) => keys.seal(one));
  expect(new Set(all.map((key) => key.slice(0, 8))).size).toBe(4);
  for (const key of all) {
    const bytes = Buffer.from(key, 'base64url').toString('hex');
    expect(bytes).not.toContain(holder.uid.slice(0, 8));
    expect(bytes).not.toContain(holder.gid.slice(0, 8));
  }
});

test('another cluster, a changed character anywhere, a wrong length or alphabet: no key', async () => {
  const key = keys.seal(holder);
  const strange = await loadOrCreateClusterKey(join(folder, 'other.key'), Date.UTC(2026, 0, 1));
  expect(openAnnounceKeys(strange).open(key)).toBeUndefined();
  for (let at = 0; at < key.length; at += 1) {
    const changed = `${key.slice(0, at)}${key[at] === 'A' ? 'B' : 'A'}${key.slice(at + 1)}`;
    expect(keys.open(changed)).toBeUndefined();
  }
  for (const wrong of ['', 'A', key.slice(1), `${key}A`, `${key.slice(0, -1)}.`, `${key.slice(0, -1)}\n`])
    expect(keys.open(wrong)).toBeUndefined();
});
