/**
 * Programs that some tests drive, from Debian's packages. As root on Debian or a kin of it the missing ones
 * are installed; elsewhere the tests that need them are skipped, and `npm test` says so.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const wanted = [
  { program: 'script', package: 'bsdutils', use: 'typing at a terminal' },
  { program: 'chromium', package: 'chromium', use: 'the page in a browser' },
  { program: 'groff', package: 'groff-base', use: 'the manual page' },
  { program: 'unshare', package: 'util-linux', use: 'disks of their own' },
  {
    program: 'libtorrent 2 for Python',
    package: 'python3-libtorrent',
    use: 'transfers to and from libtorrent',
    isThere: () => pythonWithLibtorrent() !== undefined,
  },
];

/** Debian's own first: its packages are for it alone. */
const PYTHONS = ['/usr/bin/python3', 'python3'];
const LIBTORRENT_2 = 'import libtorrent, sys; sys.exit(libtorrent.version_major != 2)';

/** A Python that knows libtorrent 2, if there is one. */
export function pythonWithLibtorrent() {
  return PYTHONS.find((python) => spawnSync(python, ['-c', LIBTORRENT_2]).status === 0);
}

/** @param {{ program: string, isThere?: () => boolean }} item */
function isMissing(item) {
  return !(item.isThere?.() ?? pathOf(item.program) !== undefined);
}

/**
 * Where the program is, if it is on the path.
 * @param {string} program
 */
export function pathOf(program) {
  const places = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, program));
  return places.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function mayInstall() {
  return existsSync('/etc/debian_version') && process.getuid?.() === 0 && pathOf('apt-get') !== undefined;
}

/** @param {string[]} args */
function aptGet(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync('apt-get', ['-q', '-y', ...args], { env, encoding: 'utf8' }).status === 0;
}

/** Installs what it can; returns a line about each program that stays missing. */
export function ensureSystemPackages() {
  const missing = wanted.filter(isMissing);
  if (missing.length === 0) return [];
  if (mayInstall()) {
    const names = missing.map((item) => item.package);
    process.stdout.write(`Installing Debian packages: ${names.join(', ')}...\n`);
    if (aptGet('update')) aptGet('install', '--no-install-recommends', ...names);
  }
  return missing
    .filter(isMissing)
    .map((item) => `no ${item.program} (package ${item.package}): tests for ${item.use} are skipped`);
}
