import { secretBytes, sha256 } from '../base/index.ts';
import { fromBase32, normalizeBase32, toBase32 } from './base32.ts';
import { unlockerOf, type Unlocker } from './sealing.ts';

const SECRET_BYTES = 16;
/** 128 bits of secret fill 26 characters; four more of check let one typo in a million through. */
const SECRET_CHARS = 26;
const CHECK_CHARS = 4;
const GROUP_CHARS = 5;

/** 128 random bits and a checksum as `XXXXX-XXXXX-XXXXX-XXXXX-XXXXX-XXXXX`. Shown to a person once, kept nowhere. */
export function newRecoveryCode(): string {
  return spell(secretBytes(SECRET_BYTES));
}

/** What the code unlocks; undefined if it was mistyped. Case, spaces and hyphens don't matter. */
export function parseRecoveryCode(text: string): Unlocker | undefined {
  const typed = normalizeBase32(text);
  if (typed?.length !== SECRET_CHARS + CHECK_CHARS) return undefined;
  const secret = fromBase32(typed.slice(0, SECRET_CHARS));
  return normalizeBase32(spell(secret)) === typed ? unlockerOf(secret, 'recovery') : undefined;
}

function spell(secret: Uint8Array): string {
  const check = toBase32(sha256('mbt recovery code 1\n', secret)).slice(0, CHECK_CHARS);
  const code = toBase32(secret) + check;
  const groups = code.match(new RegExp(`.{${GROUP_CHARS}}`, 'g')) ?? [];
  return groups.join('-');
}
