/** Whoever runs a tracker can guess this many characters' worth of passwords at leisure. */
const CHARS_MIN = 8;
const PLAIN_CHARS_MIN = 12;
const DISTINCT_MIN = 5;

/** What people choose first, without digits and signs at the ends; longer ones contain them. */
const COMMON = [
  'password',
  'passwort',
  'passw',
  'qwerty',
  'qwertz',
  'azerty',
  'asdf',
  'letmein',
  'welcome',
  'admin',
  'login',
  'iloveyou',
  'monkey',
  'dragon',
  'football',
  'baseball',
  'master',
  'sunshine',
  'princess',
  'shadow',
  'superman',
  'abc',
  'test',
  'secret',
  'changeme',
  'default',
  'hello',
  'guest',
  'root',
  'bittorrent',
  'torrent',
  'zaq',
  'qaz',
];
const RUNS = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890',
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'qwertzuiop',
];

/**
 * Why a password would be guessed soon, in words for its owner; undefined if nothing speaks against it. `user` is the
 * label it protects.
 */
export function passwordWeakness(password: string, user: string): string | undefined {
  const chars = Array.from(password);
  const lower = password.toLowerCase();
  if (chars.length < CHARS_MIN) return `it has fewer than ${CHARS_MIN} characters`;
  if (user !== '' && lower.includes(user.toLowerCase())) return 'it contains the name of the user';
  if (new Set(chars).size < DISTINCT_MIN) return 'it repeats too few different characters';
  if (COMMON.includes(coreOf(lower))) return 'it is among those tried first';
  if (RUNS.some((run) => isRun(lower, run))) return 'it follows the keyboard or the alphabet';
  const isPlain = /^(\p{L}+|\p{N}+)$/u.test(password) && chars.length < PLAIN_CHARS_MIN;
  return isPlain ? `it is only letters or only digits; use ${PLAIN_CHARS_MIN} of them or mix` : undefined;
}

/** The word in it, without what people append and with the letters that they replace by signs. */
const coreOf = (lower: string): string => unleet(lower.replace(/[^a-z]+$/, '')).replace(/^[^a-z]+/, '');

const unleet = (text: string): string =>
  text
    .replaceAll('@', 'a')
    .replaceAll('0', 'o')
    .replaceAll('3', 'e')
    .replaceAll('$', 's')
    .replaceAll('1', 'i');

const isRun = (text: string, run: string): boolean =>
  run.includes(text) || Array.from(run).reverse().join('').includes(text);
