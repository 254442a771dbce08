import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LocalStage } from '../support/local-stage.ts';

let stage: LocalStage;
beforeAll(async () => {
  stage = await LocalStage.open();
});
afterAll(() => stage.close());

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  stage.ask(path, { headers, method });

async function build(): Promise<void> {
  const page = join(stage.folder, 'page');
  await mkdir(join(page, 'assets'), { recursive: true });
  await mkdir(join(page, 'api'));
  await writeFile(join(page, 'assets', 'main-Ab3_x-9Z.js'), 'script');
  await writeFile(join(page, 'assets', 'main-Ab3_x-9Z.js.gz'), gzipSync('script'));
  await writeFile(join(page, 'assets', 'main-Ab3_x-9Z.js.br'), 'brotli');
  await writeFile(join(page, 'api', 'index.html'), 'api');
  await writeFile(join(stage.folder, 'outside.txt'), 'secret');
  await symlink(join(stage.folder, 'outside.txt'), join(page, 'link.txt'));
  await writeFile(join(page, 'icon.svg'), '<svg/>');
  await writeFile(join(page, 'index.html'), 'index');
}

describe('the page', () => {
  test('that was not built says what to do, and comes as soon as it was', async () => {
    const answer = await get('/');
    expect(answer).toMatchObject({ status: 503, headers: { 'content-type': 'text/plain; charset=utf-8' } });
    expect(answer.text).toContain('npm run build');
    await build();
    expect(await get('/')).toMatchObject({ status: 200, text: 'index' });
  });

  test('may load its own files, and nothing else', async () => {
    const { headers } = await get('/');
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    });
    const policy = String(headers['content-security-policy']);
    for (const part of [
      "default-src 'none'",
      "script-src 'self';",
      "style-src 'self';",
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "form-action 'none'",
    ])
      expect(policy).toContain(part);
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
  });

  test('its hashed files never change; packed ones for who takes them', async () => {
    const path = '/assets/main-Ab3_x-9Z.js';
    expect(await get(path)).toMatchObject({
      text: 'script',
      headers: {
        'cache-control': 'public, max-age=31536000, immutable',
        'content-type': 'text/javascript; charset=utf-8',
      },
    });
    expect((await get(path, { 'accept-encoding': 'gzip, br' })).headers).toMatchObject({
      'content-encoding': 'br',
      vary: 'accept-encoding',
    });
    expect((await get(path, { 'accept-encoding': 'gzip' })).headers['content-encoding']).toBe('gzip');
    expect(await get(path, {}, 'HEAD')).toMatchObject({ text: '', headers: { 'content-length': '6' } });
  });

  test('its way to try the API has a policy of its own, and reaches nothing outside either', async () => {
    const answer = await get('/api/');
    expect(answer).toMatchObject({ status: 200, text: 'api' });
    expect(String(answer.headers['content-security-policy'])).not.toMatch(/https?:|\*|unsafe-eval/);
  });

  test.each([
    '/../outside.txt',
    '/%2e%2e/outside.txt',
    '/..%2foutside.txt',
    '/assets/../../outside.txt',
    '/assets/..%5c..%5coutside.txt',
    '/link.txt',
    '/etc/passwd',
    '/assets',
    '/assets/',
    '/index.html/',
    '/no-such-file',
    '/%00',
    '/%',
    '/index.html%00.js',
  ])('%s leads to nothing', async (path) => {
    expect((await get(path)).status).toBe(404);
  });

  test.each(['//index.html', '/\\evil.example/'])('%s is no path', async (path) => {
    expect([400, 404]).toContain((await get(path)).status);
  });

  test('is only read', async () => {
    expect((await stage.ask('/', { method: 'POST', headers: stage.own })).status).toBe(405);
    expect((await stage.ask('/', { method: 'TRACE', headers: stage.own })).status).toBe(405);
  });

  test('is not at the socket', async () => {
    expect((await stage.askSocket('/')).status).toBe(404);
    expect((await stage.askSocket('/files/x/y')).status).toBe(404);
  });
});
