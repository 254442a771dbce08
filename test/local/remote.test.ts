import { once } from 'node:events';
import { renameSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { CommandError, silentLogger, systemClock } from '../../src/base/index.ts';
import { connectLocal, serveLocal } from '../../src/local/index.ts';
import type { NodeChange, NodeEvent } from '../../src/node/index.ts';
import { fakeHost } from '../support/fake-host.ts';
import { LocalStage } from '../support/local-stage.ts';

const stages: LocalStage[] = [];
async function open(...args: Parameters<typeof LocalStage.open>): Promise<LocalStage> {
  const stage = await LocalStage.open(...args);
  stages.push(stage);
  return stage;
}
afterEach(async () => {
  await Promise.all(stages.splice(0).map((stage) => stage.close()));
});

/** Resolves with the first of what `listen` tells that fits. */
function first<T>(
  listen: (listener: (value: T) => void) => unknown,
  fits: (value: T) => boolean,
): Promise<T> {
  return new Promise((resolve) => {
    listen((value) => {
      if (fits(value)) resolve(value);
    });
  });
}

describe('a node in another process', () => {
  test('answers as it would here', async () => {
    const row = { group: 'trip', owner: 'bob', members: 2, you: 'member' as const };
    const stage = await open(fakeHost({ listGroups: async () => [row], createGroup: async () => undefined }));
    const remote = await stage.remote();
    expect(await remote.listGroups()).toEqual([row]);
    await remote.createGroup('trip');
    expect(stage.host.fake.asked).toContain('createGroup trip');
  });

  test('refuses with the same error', async () => {
    const stage = await open(
      fakeHost({
        listFiles: async () => {
          throw new CommandError('NO_SUCH_GROUP', 'there is no group ä "x"');
        },
      }),
    );
    const remote = await stage.remote();
    await expect(remote.listFiles('x')).rejects.toMatchObject({
      code: 'NO_SUCH_GROUP',
      message: 'there is no group ä "x"',
    });
  });

  test('a bug there is INTERNAL here, without its particulars', async () => {
    const listGroups = async (): Promise<never> => {
      throw new Error('secret');
    };
    const remote = await (await open(fakeHost({ listGroups }))).remote();
    await expect(remote.listGroups()).rejects.toMatchObject({
      code: 'INTERNAL',
      message: expect.not.stringContaining('secret') as string,
    });
  });

  test('tells how far it is, and can be stopped', async () => {
    const stop = new AbortController();
    const stage = await open(
      fakeHost({
        uploadFile: async (_path, _group, onProgress, signal) => {
          onProgress({ doneBytes: 1, totalBytes: 2 });
          await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
          stage.host.fake.asked.push('aborted');
          throw new CommandError('INTERRUPTED', 'nothing was shared');
        },
      }),
    );
    const remote = await stage.remote();
    const seen: unknown[] = [];
    const sharing = remote.uploadFile(
      '/x',
      'g',
      (progress) => {
        seen.push(progress);
        stop.abort();
      },
      stop.signal,
    );
    await expect(sharing).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(seen).toEqual([{ doneBytes: 1, totalBytes: 2 }]);
    await expect.poll(() => stage.host.fake.asked).toContain('aborted');
  });

  test('tells its news and changes, also after it was started anew', async () => {
    const stage = await open();
    const remote = await stage.remote();
    const notice = (text: string): NodeEvent => ({ type: 'notice', text });
    stage.host.fake.tell(notice('before anyone listened'));
    const heard: string[] = [];
    remote.onEvent((event) => void (event.type === 'notice' && heard.push(event.text)));
    const changed = first<NodeChange>(remote.onChange, ({ what }) => what === 'groups');
    await expect
      .poll(() => {
        stage.host.fake.change({ what: 'groups' });
        return Promise.race([changed, Promise.resolve()]);
      })
      .toEqual({ what: 'groups' });
    stage.host.fake.tell(notice('one'));
    await expect.poll(() => heard).toEqual(['one']);

    const afterwards = first<NodeChange>(remote.onChange, ({ what }) => what === 'account');
    await stage.stop();
    await expect(remote.listGroups()).rejects.toMatchObject({ code: 'NO_NODE' });
    await stage.start();
    stage.host.fake.tell(notice('two'));
    await afterwards;
    await expect.poll(() => heard).toEqual(['one', 'two']);
  });

  test('none runs: there is none to connect to, whatever an earlier one left', async () => {
    const stage = await open();
    await stage.stop();
    expect(await connectLocal(stage.dataDir)).toBeUndefined();
    expect(await connectLocal(`${stage.dataDir}/never`)).toBeUndefined();
    await stage.start();
    expect(await (await stage.remote()).status()).toMatchObject({ listening: '127.0.0.1:6881' });
  });

  test('takes the place of one that was killed', async () => {
    const stage = await open();
    const { socketPath } = stage.server;
    await stage.stop();
    const dead = createServer().listen(`${socketPath}-other`);
    await once(dead, 'listening');
    renameSync(`${socketPath}-other`, socketPath);
    dead.close();
    await once(dead, 'close');
    expect(statSync(socketPath).isSocket()).toBe(true);
    expect(await connectLocal(stage.dataDir)).toBeUndefined();
    await stage.start();
    expect(await (await stage.remote()).nodeStatus()).toMatchObject({ boot: 'first' });
  });

  test('is found also where the path of its data folder is too long for a socket', async () => {
    const stage = await open();
    const dataDir = `${stage.dataDir}/${'d'.repeat(100)}`;
    const { host, downloads } = stage;
    const options = { host, dataDir, downloads, folders: [], clock: systemClock, log: silentLogger };
    const server = await serveLocal(options);
    const remote = await connectLocal(dataDir);
    expect(await remote?.status()).toMatchObject({ listening: '127.0.0.1:6881' });
    expect(statSync(server.socketPath).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(server.socketPath)).mode & 0o777).toBe(0o700);
    await remote?.close();
    await server.close();
    expect(await connectLocal(dataDir)).toBeUndefined();
    await rm(dirname(server.socketPath), { recursive: true });
  });

  test('tells long lists whole', async () => {
    const rows = Array.from({ length: 20_000 }, (_, n) => ({
      path: `folder/${n}/ü`,
      size: n,
      doneBytes: 0,
      priority: 'normal' as const,
    }));
    const remote = await (await open(fakeHost({ listContentFiles: async () => rows }))).remote();
    expect(await remote.listContentFiles('g', 'f')).toEqual(rows);
  });

  test('its socket is for the same user alone, and a second node does not take it', async () => {
    const stage = await open();
    expect(statSync(stage.server.socketPath).mode & 0o777).toBe(0o600);
    await expect(stage.start()).rejects.toMatchObject({ code: 'CONFLICT' });
  });
});
