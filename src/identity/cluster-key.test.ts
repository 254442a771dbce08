import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sha256Hex } from '../base/index.ts';
import { certificateKey } from './certificate-check.ts';
import { loadOrCreateClusterKey } from './cluster-key.ts';

const nowMs = Date.UTC(2026, 5, 1);
let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mbt-cluster-'));
  path = join(folder, 'cluster.key');
});
afterEach(() => rm(folder, { recursive: true }));

describe("the cluster's key", () => {
  test('is made once, private, and read again as it was', async () => {
    const made = await loadOrCreateClusterKey(path, nowMs);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['cluster.key']);
    expect(await loadOrCreateClusterKey(path, nowMs + 1)).toEqual(made);
    expect(made.id).toBe(sha256Hex(certificateKey(made.authority.certificatePem) ?? ''));
    expect([...made.opaqueSetups.keys()]).toEqual([1]);
  });

  test('is the same for trackers that start together', async () => {
    const starters = Array.from({ length: 5 }, () => loadOrCreateClusterKey(path, nowMs));
    const ids = new Set((await Promise.all(starters)).map(({ id }) => id));
    expect(ids.size).toBe(1);
    expect(await readdir(folder)).toEqual(['cluster.key']);
  });

  test('is made private again where a copy was open to all', async () => {
    const made = await loadOrCreateClusterKey(path, nowMs);
    await chmod(path, 0o644);
    expect((await loadOrCreateClusterKey(path, nowMs)).id).toBe(made.id);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test('keeps old OPAQUE set-ups beside a new one', async () => {
    await loadOrCreateClusterKey(path, nowMs);
    const file = JSON.parse(await readFile(path, 'utf8')) as { opaque: Record<string, string> };
    file.opaque['2'] = file.opaque['1'] ?? '';
    await writeFile(path, JSON.stringify(file));
    expect([...(await loadOrCreateClusterKey(path, nowMs)).opaqueSetups.keys()]).toEqual([1, 2]);
  });

  test('is refused when damaged, and left as it is', async () => {
    await loadOrCreateClusterKey(path, nowMs);
    const whole = await readFile(path, 'utf8');
    const other = await loadOrCreateClusterKey(join(folder, 'other.key'), nowMs);
    const mixed = { ...(JSON.parse(whole) as object), certificate: other.authority.certificatePem };
    const broken = [
      '',
      '{}',
      'null',
      whole.slice(0, -20),
      whole.replace('"format": 1', '"format": 2'),
      whole.replace(/"opaque": \{[^}]*\}/, '"opaque": {}'),
      whole.replace('BEGIN', 'BEGUN'),
      JSON.stringify(mixed),
    ];
    for (const text of broken) {
      await writeFile(path, text);
      await expect(loadOrCreateClusterKey(path, nowMs)).rejects.toMatchObject({
        code: 'IO_ERROR',
        message: expect.stringContaining('copy it anew') as string,
      });
      expect(await readFile(path, 'utf8')).toBe(text);
    }
  });

  test('says where it cannot be made', async () => {
    const nowhere = join(folder, 'missing', 'cluster.key');
    await expect(loadOrCreateClusterKey(nowhere, nowMs)).rejects.toMatchObject({
      code: 'IO_ERROR',
      message: expect.stringContaining(nowhere) as string,
    });
  });
});
