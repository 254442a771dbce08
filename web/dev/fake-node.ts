import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Plugin } from 'vite';
import type { LocalEvent } from '../../src/api/local/events.ts';
import { localPaths, localStreams, type LocalCall } from '../../src/api/local/paths.ts';
import { after, wallMs } from '../clock.ts';
import { Refusal, answers } from './answers.ts';
import { makeWorld, type World } from './world.ts';

const listeners = new Set<(event: LocalEvent) => void>();
const tell = (event: LocalEvent): void => listeners.forEach((listener) => listener(event));
const world: World = makeWorld(tell, wallMs());
const callByRoute = new Map<string, LocalCall>(
  Object.entries(localPaths).map(([name, path]) => [path, name as LocalCall]),
);

/**
 * An invented node behind Vite's server, for work on the page: people, groups, 5,000 files, downloads that go on.
 * `/dev/state?state=logged-out` puts it into another state; `/dev/news` tells some.
 */
export function fakeNodePlugin(): Plugin {
  return {
    name: 'fake-node',
    configureServer(server) {
      beat();
      server.middlewares.use((request, response, next) => {
        void handle(request, response).then((done) => {
          if (!done) next();
        });
      });
    },
  };
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
  const url = new URL(request.url ?? '/', 'http://page');
  const name = callByRoute.get(`${request.method} ${url.pathname}`);
  if (url.pathname === localStreams.events) return stream(response);
  if (url.pathname === localStreams.drop) return swallow(request, response);
  if (url.pathname.startsWith('/dev/')) return direct(url, response);
  if (name === undefined) return false;
  const input: unknown =
    request.method === 'GET' ? Object.fromEntries(url.searchParams) : JSON.parse(await read(request));
  answer(name, input, response);
  return true;
}

function answer(name: LocalCall, input: unknown, response: ServerResponse): void {
  const slow = name === 'uploadFile' || name === 'finishDrop';
  try {
    const given =
      (answers[name] as ((input: unknown, world: World) => unknown) | undefined)?.(input, world) ?? {};
    response.setHeader('content-type', slow ? 'application/jsonl' : 'application/json');
    if (slow) return hash(response, given, 0);
    response.end(JSON.stringify(given));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    response.statusCode = 409;
    response.end(JSON.stringify({ error: { code: error.code, text: error.message } }));
  }
  if (localPaths[name].startsWith('POST')) changedAll();
}

function changedAll(): void {
  for (const what of ['account', 'groups', 'members', 'requests', 'files', 'downloads'] as const)
    tell({ type: 'changed', change: { what } });
}

function hash(response: ServerResponse, result: unknown, part: number): void {
  if (part >= 1) return void response.end(`${JSON.stringify({ result })}\n`, changedAll);
  response.write(`${JSON.stringify({ progress: { doneBytes: part * 9e6, totalBytes: 9e6 } })}\n`);
  after(200, () => hash(response, result, part + 0.1));
}

function stream(response: ServerResponse): true {
  const send = (event: LocalEvent): void => void response.write(`data: ${JSON.stringify(event)}\n\n`);
  response.setHeader('content-type', 'text/event-stream');
  send({ type: 'hello', version: '0.1.0', boot: 'dev' });
  listeners.add(send);
  response.on('close', () => listeners.delete(send));
  return true;
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

async function swallow(request: IncomingMessage, response: ServerResponse): Promise<true> {
  for await (const chunk of request) void chunk;
  response.end('{}');
  return true;
}

function direct(url: URL, response: ServerResponse): true {
  const state = url.searchParams.get('state') as World['state'] | null;
  if (state !== null) world.state = state;
  changedAll();
  if (url.pathname === '/dev/news') {
    const about = { about: 'request', group: 'lab', user: 'bob', code: '7KQ2M-XW4RT' } as const;
    const text = 'bob asks to join lab (code 7KQ2M-XW4RT)';
    tell({ type: 'news', atMs: wallMs(), event: { type: 'notice', text, ...about } });
    const done = {
      type: 'complete',
      group: 'summer-school',
      file: 'Dataset 0007.csv',
      path: '/home/ada/Dataset 0007.csv',
    } as const;
    tell({ type: 'news', atMs: wallMs() + 1, event: done });
  }
  response.end('ok\n');
  return true;
}

/** Each second something moves. */
function beat(): void {
  const active = world.downloads.filter((row) => row.state === 'D' && row.remark !== 'nobody online');
  active.forEach((row, at) => {
    row.bytesPerSecond = (6 + ((wallMs() / 1_000 + at * 3) % 5)) * 2 ** 20;
    row.doneBytes = Math.min(row.totalBytes, row.doneBytes + Math.round(row.bytesPerSecond));
    row.secondsLeft = Math.round((row.totalBytes - row.doneBytes) / row.bytesPerSecond);
    if (row.doneBytes === row.totalBytes) row.state = 'C';
  });
  const downloadBytesPerSecond = active.reduce((sum, row) => sum + row.bytesPerSecond, 0);
  tell({
    type: 'transfers',
    downloads: world.downloads,
    downloadBytesPerSecond,
    uploadBytesPerSecond: 1.7e6,
    peers: 7,
  });
  after(1_000, beat);
}
