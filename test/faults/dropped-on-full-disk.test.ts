import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { fakeHost } from '../support/fake-host.ts';
import { type Answer, LocalStage } from '../support/local-stage.ts';

const MIB = 2 ** 20;
const disk = join(mkdtempSync(join(tmpdir(), 'mbt-drop-')), 'disk');
const isMounted = mount();

/** A disk of 80 MiB; only root may make one. */
function mount(): boolean {
  mkdirSync(disk);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=80m', 'tmpfs', disk], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

afterAll(() => {
  if (isMounted) execFileSync('umount', [disk]);
  rmSync(join(disk, '..'), { recursive: true });
});

const dropped = (): string[] =>
  readdirSync(join(disk, 'Dropped'), { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('film'));

test.runIf(isMounted)(
  'a disk that fills up under a drop: said at once, nothing left, sent again',
  async () => {
    const host = fakeHost({
      listGroups: async () => [{ group: 'g', owner: 'ada', members: 1, you: 'owner' }],
      uploadFile: async (path) => ({
        file: basename(path),
        content: '0',
        infoHash: '0',
        size: 8 * MIB,
        files: 1,
        leftOut: [],
      }),
    });
    const stage = await LocalStage.open(host, { downloads: disk });
    const headers = { ...(await stage.known()), ...stage.own };
    const post = (path: string, body: object): Promise<Answer> =>
      stage.ask(path, { method: 'POST', headers, body: JSON.stringify(body) });
    const terms = { group: 'g', name: 'film', size: 8 * MIB, folder: false };
    expect(await post('/v1/drops/begin', { ...terms, size: 100e9 })).toMatchObject({ status: 507 });
    const { id } = JSON.parse((await post('/v1/drops/begin', terms)).text) as { id: string };

    const sending = request(`${stage.server.web}/v1/drops/file?id=${id}`, {
      method: 'PUT',
      headers: { ...headers, 'content-length': 8 * MIB },
    });
    sending.on('error', () => undefined);
    const status = new Promise((resolve) => sending.on('response', (answer) => resolve(answer.statusCode)));
    sending.write(Buffer.alloc(2 * MIB));
    await expect.poll(dropped).toHaveLength(1);
    expect(() => writeFileSync(join(disk, 'filler'), Buffer.alloc(100 * MIB))).toThrow(/ENOSPC/);
    sending.end(Buffer.alloc(6 * MIB));
    expect(await status).toBe(507);
    expect(dropped()).toEqual([]);
    // A browser may have missed the answer while it was sending.
    const refused = await post('/v1/drops/finish', { id });
    expect(refused).toMatchObject({ status: 507 });
    expect(refused.text).toContain('free some space');

    rmSync(join(disk, 'filler'));
    const again = await stage.ask(`/v1/drops/file?id=${id}`, {
      method: 'PUT',
      headers,
      body: Buffer.alloc(8 * MIB),
    });
    expect(again.status).toBe(200);
    expect((await post('/v1/drops/finish', { id })).text).toContain('"result"');
    expect(dropped()).toHaveLength(1);
    await stage.close();
  },
);
