import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sha256Hex, systemClock } from '../base/index.ts';
import { lockFolder } from './folder-lock.ts';

/** Where the lock of a folder stands whose own path is too long. */
const standInFor = (real: string): string => `mbt-${sha256Hex(real).slice(0, 16)}`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mbt-lock-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('one holder at a time, the next after its release', async () => {
  const first = await lockFolder(folder, systemClock);
  expect(first).toBeDefined();
  expect(await lockFolder(folder, systemClock)).toBeUndefined();
  await first?.release();
  const second = await lockFolder(folder, systemClock);
  expect(second).toBeDefined();
  await second?.release();
  expect(await readdir(folder)).toEqual([]);
});

test('of many that try at once exactly one gets it', async () => {
  const locks = await Promise.all(Array.from({ length: 8 }, () => lockFolder(folder, systemClock)));
  expect(locks.filter((lock) => lock !== undefined)).toHaveLength(1);
  for (const lock of locks) await lock?.release();
});

test('the socket of a process that was killed is cleared away', async () => {
  const script = `require('net').createServer().listen(process.argv[1], () => console.log('up'))`;
  const holder = spawn(process.execPath, ['-e', script, join(folder, 'lock-0')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(holder.stdout, 'data');
  expect(await lockFolder(folder, systemClock)).toBeUndefined();
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  const lock = await lockFolder(folder, systemClock);
  expect(lock).toBeDefined();
  expect(await readdir(folder)).toHaveLength(1);
  await lock?.release();
});

test('a folder whose path is too long for a socket', async () => {
  const deep = join(folder, 'd'.repeat(120));
  await mkdir(deep);
  const lock = await lockFolder(deep, systemClock);
  expect(lock).toBeDefined();
  expect(await lockFolder(deep, systemClock)).toBeUndefined();
  await lock?.release();

  const path = join(tmpdir(), standInFor(deep));
  await chmod(path, 0o777);
  await expect(lockFolder(deep, systemClock)).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
  await rm(path, { recursive: true });
});
