import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type LocalCall,
  type LocalEndpoint,
  localApi,
  localError,
  localPaths,
  localRoute,
} from '../../src/api/index.ts';
import { LocalStage } from '../support/local-stage.ts';

const json = { 'content-type': 'application/json' };
let stage: LocalStage;
beforeAll(async () => {
  stage = await LocalStage.open();
});
afterAll(() => stage.close());

const calls = Object.keys(localPaths) as LocalCall[];
/** Fields that a call can't do without. */
const requiredOf = (name: LocalCall): string[] => {
  const { input }: LocalEndpoint = localApi[name];
  const issues = input.safeParse({}).error?.issues ?? [];
  return issues.map((issue) => String(issue.path[0] ?? 'body'));
};
const posts = calls.filter((name) => localRoute(name).method === 'POST');
const gets = calls.filter((name) => localRoute(name).method === 'GET' && requiredOf(name).length > 0);

const post = (name: LocalCall, body: string | Uint8Array) =>
  stage.askSocket(localRoute(name).path, { method: 'POST', headers: json, body });

async function expectRefused(
  answer: Promise<{ status: number; text: string }>,
  status: number,
  text: RegExp,
) {
  const { status: got, text: body } = await answer;
  expect({ got, body }).toMatchObject({ got: status });
  expect(localError.parse(JSON.parse(body)).error).toMatchObject({
    code: 'INVALID_ARGUMENTS',
    text: expect.stringMatching(text) as string,
  });
}

describe('a call with a wrong body says which field, and is not done', () => {
  test.each(posts)('%s', async (name) => {
    const before = stage.host.fake.asked.length;
    await expectRefused(post(name, ''), 400, /not JSON/);
    await expectRefused(post(name, '{"group":"x"'), 400, /not JSON/);
    await expectRefused(post(name, Buffer.from('{"group":"\xff"}', 'latin1')), 400, /UTF-8/);
    for (const wrong of ['null', '7', '"text"', '[]', 'true'])
      await expectRefused(post(name, wrong), 400, /^body: /);
    for (const field of requiredOf(name))
      await expectRefused(post(name, '{}'), 400, new RegExp(`${field}: `));
    const { shape } = localApi[name].input as unknown as { shape: Record<string, unknown> };
    for (const field of Object.keys(shape))
      await expectRefused(
        post(name, JSON.stringify({ [field]: [{}] })),
        400,
        new RegExp(`${field}[:.]|body: give either`),
      );
    const filled = Object.fromEntries(requiredOf(name).map((field) => [field, 'x']));
    await expectRefused(post(name, JSON.stringify({ ...filled, nonsense: 1 })), 400, /: /);
    expect(stage.host.fake.asked.slice(before)).toEqual([]);
  });

  test.each(gets)('%s', async (name) => {
    const { path } = localRoute(name);
    for (const field of requiredOf(name)) {
      await expectRefused(stage.askSocket(path), 400, new RegExp(`${field}: `));
      await expectRefused(stage.askSocket(`${path}?${field}=`), 400, new RegExp(`${field}: `));
      await expectRefused(stage.askSocket(`${path}?${field}=a&${field}=b`), 400, /given twice/);
    }
  });

  test('a field that there is not', async () => {
    await expectRefused(post('createGroup', '{"group":"trip","admin":true}'), 400, /^admin: .*no such field/);
    await expectRefused(stage.askSocket('/v1/groups?admin=1'), 400, /^admin: .*no such field/);
    await expectRefused(post('createGroup', '{"group":"trip","__proto__":{}}'), 400, /__proto__/);
  });
});

describe('a body without end', () => {
  test('too long, as it says itself', async () => {
    const body = Buffer.alloc(localApi.createGroup.bodyBytesMax + 1, ' ');
    await expectRefused(post('createGroup', body), 413, /longer than/);
  });

  test('too long, without saying so', async () => {
    const heard = await talk(
      `POST ${localRoute('createGroup').path} HTTP/1.1\r\nHost: node\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`,
      `100000\r\n${' '.repeat(2 ** 20)}\r\n`.repeat(17),
    );
    expect(heard).toMatch(/^HTTP\/1.1 413 /);
  });

  test('headers too long', async () => {
    expect(await talk(`GET /v1/groups HTTP/1.1\r\nHost: node\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`)).toMatch(
      / 431 /,
    );
  });

  test('what is no HTTP', async () => {
    expect(await talk('\u0016\u0003\u0001\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /);
  });
});

/** What the socket answers to raw text, until it closes or has answered. */
function talk(...parts: string[]): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(stage.server.socketPath, () => parts.forEach((part) => socket.write(part)));
    let heard = '';
    socket.on('data', (bytes) => {
      heard += bytes.toString();
      if (heard.includes('\r\n\r\n')) socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(heard));
  });
}
