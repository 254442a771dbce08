/**
 * Programs that some tests drive, from Debian's packages. As root on Debian or a kin of it the missing ones
 * are installed; elsewhere the tests that need them are skipped, and `npm test` says so.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const wanted = [
  { program: 'tmux', package: 'tmux', use: 'typing at a real terminal' },
  { program: 'expect', package: 'expect', use: 'typing at a real terminal' },
  { program: 'script', package: 'bsdutils', use: 'output at a terminal' },
  { program: 'ip', package: 'iproute2', use: 'machines with addresses of their own' },
];

/** @param {string} program */
function isThere(program) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function mayInstall() {
  return existsSync('/etc/debian_version') && process.getuid?.() === 0 && isThere('apt-get');
}

/** @param {string[]} args */
function aptGet(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync('apt-get', ['-q', '-y', ...args], { env, encoding: 'utf8' }).status === 0;
}

/** Installs what it can; returns a line about each program that stays missing. */
export function ensureSystemPackages() {
  const missing = wanted.filter(({ program }) => !isThere(program));
  if (missing.length === 0) return [];
  if (mayInstall()) {
    const names = missing.map((item) => item.package);
    process.stdout.write(`Installing Debian packages: ${names.join(', ')}...\n`);
    if (aptGet('update')) aptGet('install', '--no-install-recommends', ...names);
  }
  return missing
    .filter(({ program }) => !isThere(program))
    .map((item) => `no ${item.program} (package ${item.package}): tests for ${item.use} are skipped`);
}
