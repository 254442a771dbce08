import type { Clock } from '../base/index.ts';
import type { Exchange } from './exchange.ts';
import { Refusal } from './refusal.ts';

/** A body of JSON comes within so long. */
const BODY_MS = 30_000;

/** The JSON value in a request's body. Throws a Refusal for what is none, too long, or too slow. */
export async function readJson(exchange: Exchange, bytesMax: number, clock: Clock): Promise<unknown> {
  const type = exchange.header('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json')
    throw new Refusal(415, 'INVALID_ARGUMENTS', 'the body must be JSON: Content-Type: application/json');
  const text = await readText(exchange, bytesMax, clock);
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, 'INVALID_ARGUMENTS', 'the body is not JSON');
  }
}

async function readText({ request }: Exchange, bytesMax: number, clock: Clock): Promise<string> {
  const tooLong = new Refusal(413, 'INVALID_ARGUMENTS', `the body is longer than ${bytesMax} bytes`);
  if (Number(request.headers['content-length'] ?? 0) > bytesMax) throw tooLong;
  const chunks: Buffer[] = [];
  let length = 0;
  const cancel = clock.after(BODY_MS, () => request.destroy());
  try {
    // Left open when it is given up: whoever sent it still gets an answer.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > bytesMax) throw tooLong;
      chunks.push(chunk);
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(400, 'INVALID_ARGUMENTS', 'the body did not come whole, or is not UTF-8');
  } finally {
    cancel();
  }
}
