/**
 * Brings a bare clone to the point where the rest can run: the right Node, the dependencies, the build.
 * Plain JavaScript without dependencies, because nothing is installed yet when it starts.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build, isBuildFresh } from './build.mjs';

export const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Ends the process with a sentence that says what to do, without a stack trace.
 * @param {string} text
 * @returns {never}
 */
export function fail(text) {
  process.stderr.write(`${text}\n`);
  process.exit(1);
}

/**
 * Runs a program with our input and output; the result is its exit code.
 * @param {string} command
 * @param {string[]} args
 */
function run(command, args) {
  const done = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (done.error) fail(`Could not start ${command}: ${done.error.message}`);
  return done.status ?? 1;
}

function checkNode() {
  const wanted = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).engines.node;
  const [major = 0, minor = 0] = wanted
    .replace(/[^0-9.]/g, '')
    .split('.')
    .map(Number);
  const [ownMajor = 0, ownMinor = 0] = process.versions.node.split('.').map(Number);
  const older = ownMajor !== major ? ownMajor < major : ownMinor < minor;
  if (older)
    fail(
      `This is Node ${process.versions.node}; Mini-BitTorrent needs Node ${wanted}. Install a newer Node and try again.`,
    );
}

/**
 * npm keeps its own copy of the lockfile in node_modules. What we want must be there in the same version; only
 * what is optional (binaries of other platforms) may be missing.
 */
function isInstalled() {
  const copy = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(copy)) return false;
  const installed = JSON.parse(readFileSync(copy, 'utf8')).packages;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(wanted).every(([path, entry]) => {
    const version = installed[path]?.version;
    return path === '' || version === entry.version || (entry.optional && version === undefined);
  });
}

function install() {
  process.stdout.write('Installing dependencies (npm ci)...\n');
  const args = ['ci', '--include=dev', '--foreground-scripts'];
  const npm = process.env.npm_execpath;
  const status = npm ? run(process.execPath, [npm, ...args]) : run('npm', args);
  if (status !== 0) fail('npm ci failed; see above. With a network connection, try again.');
}

/**
 * Everything that `npm test` and `npm run demo` need before they can start.
 * @param {{ buildToo: boolean }} options
 */
export function bootstrap({ buildToo }) {
  checkNode();
  if (!isInstalled()) install();
  if (buildToo && !isBuildFresh() && !build()) fail('The build failed; see above.');
}
