import { join } from 'node:path';
import {
  type Clock,
  type CommandError,
  equalSecrets,
  fromHex,
  Gate,
  secretBytes,
  sha256,
  sha256Hex,
  toBase64Url,
} from '../base/index.ts';
import { readPrivateFile, writePrivateFile } from '../node/index.ts';
import { Refusal } from './refusal.ts';

/** A link that nobody opened is void after so long. */
const TOKEN_MS = 10 * 60_000;
const TOKENS_MAX = 20;
/** Since it was last used. */
const SESSION_MS = 30 * 86_400_000;
const SESSIONS_MAX = 20;
/** A session's last use is written down at most so often. */
const TOUCH_MS = 86_400_000;
/** Wrong tokens in a row, and so many more each second. They can't be guessed; this keeps the attempt cheap. */
const WRONG_MAX = 10;
const WRONG_PER_SECOND = 0.2;

interface Session {
  /** Of the cookie's secret, and of the key that the page shows besides it. */
  readonly hash: string;
  readonly keyHash: string;
  usedAtMs: number;
}

/** Who may use the page: one-time tokens that a link carries, and the browsers that exchanged one. Keeps hashes only. */
export class WebSessions {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #tokens = new Map<string, number>();
  readonly #writing = new Gate(1);
  #sessions: Session[];
  #wrong = { left: WRONG_MAX, atMs: 0 };

  private constructor(path: string, clock: Clock, sessions: Session[]) {
    this.#path = path;
    this.#clock = clock;
    this.#sessions = sessions;
  }

  static async open(dataDir: string, clock: Clock): Promise<WebSessions> {
    const path = join(dataDir, 'web-sessions.json');
    return new WebSessions(path, clock, parseSessions(await readPrivateFile(path)));
  }

  /** A token that can be exchanged once. */
  issue(): { readonly token: string; readonly expiresAtMs: number } {
    const token = toBase64Url(secretBytes(32));
    this.#tokens.set(sha256Hex(token), this.#clock.nowMs() + TOKEN_MS);
    for (const oldest of this.#tokens.keys()) {
      if (this.#tokens.size <= TOKENS_MAX) break;
      this.#tokens.delete(oldest);
    }
    return { token, expiresAtMs: this.#clock.wallMs() + TOKEN_MS };
  }

  /**
   * In exchange for a token: a secret for the browser's cookie, and a key that only the page itself can read. Throws for a
   * token that is wrong, used or too old.
   */
  async exchange(token: string): Promise<{ readonly secret: string; readonly key: string }> {
    const hash = sha256Hex(token);
    const endsMs = this.#tokens.get(hash);
    this.#tokens.delete(hash);
    if (endsMs === undefined || endsMs <= this.#clock.nowMs()) throw this.#wrongToken();
    const [secret, key] = [toBase64Url(secretBytes(32)), toBase64Url(secretBytes(32))];
    const usedAtMs = this.#clock.wallMs();
    this.#sessions.push({ hash: sha256Hex(secret), keyHash: sha256Hex(key), usedAtMs });
    await this.#save();
    return { secret, key };
  }

  /** Whether secret and key are those of a browser which may use the page. `renew`: its cookie should be given anew. */
  check(secret: string, key: string): { readonly renew: boolean } | undefined {
    const session = this.#find(secret);
    const nowMs = this.#clock.wallMs();
    if (session === undefined || !equalSecrets(fromHex(session.keyHash), sha256(key))) return undefined;
    if (nowMs - session.usedAtMs > SESSION_MS) return undefined;
    const renew = nowMs - session.usedAtMs > TOUCH_MS;
    if (renew) {
      session.usedAtMs = nowMs;
      void this.#save().catch(() => undefined);
    }
    return { renew };
  }

  /** This browser has to be let in anew. */
  async end(secret: string): Promise<void> {
    const session = this.#find(secret);
    this.#sessions = this.#sessions.filter((each) => each !== session);
    await this.#save();
  }

  /** Resolves when what was being written stands on the disk. */
  async close(): Promise<void> {
    await this.#writing.run(async () => undefined);
  }

  #find(secret: string): Session | undefined {
    const hash = sha256(secret);
    return this.#sessions.find((session) => equalSecrets(fromHex(session.hash), hash));
  }

  #wrongToken(): CommandError {
    const nowMs = this.#clock.nowMs();
    const refilled = ((nowMs - this.#wrong.atMs) / 1000) * WRONG_PER_SECOND;
    const left = Math.min(WRONG_MAX, this.#wrong.left + refilled);
    this.#wrong = { left: Math.max(0, left - 1), atMs: nowMs };
    const text = 'this link was used already, or is too old: get a new one with `mbt web`';
    if (left < 1) return new Refusal(429, 'TOO_MANY_ATTEMPTS', text);
    return new Refusal(401, 'NOT_ALLOWED', text);
  }

  #save(): Promise<void> {
    const nowMs = this.#clock.wallMs();
    this.#sessions = this.#sessions
      .filter((session) => nowMs - session.usedAtMs <= SESSION_MS)
      .toSorted((a, b) => a.usedAtMs - b.usedAtMs)
      .slice(-SESSIONS_MAX);
    return this.#writing.run(() =>
      writePrivateFile(this.#path, `${JSON.stringify({ sessions: this.#sessions })}\n`),
    );
  }
}

/** What can't be read, or was written before there were keys, is as good as none: browsers are let in anew. */
function parseSessions(bytes: Uint8Array | undefined): Session[] {
  try {
    const { sessions } = JSON.parse(new TextDecoder().decode(bytes)) as { sessions: unknown };
    return Array.isArray(sessions) ? sessions.filter(isSession).slice(-SESSIONS_MAX) : [];
  } catch {
    return [];
  }
}

function isSession(value: unknown): value is Session {
  const { hash, keyHash, usedAtMs } = (value ?? {}) as Partial<Record<keyof Session, unknown>>;
  return isHash(hash) && isHash(keyHash) && typeof usedAtMs === 'number';
}

const isHash = (value: unknown): boolean => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
