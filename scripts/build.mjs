/** Compiles src/ to dist/, scripts/ to build/, web/ to dist/web (`npm run build`, and `prepare` of npm). */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const outputs = [
  { project: 'tsconfig.build.json', sources: 'src', out: 'dist' },
  { project: 'tsconfig.scripts.json', sources: '.', out: 'build' },
];
const page = join(root, 'dist', 'web');
const stamp = join(root, 'build', '.stamp');

/**
 * @param {string} folder
 * @returns {string[]}
 */
function filesUnder(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Is everything newer than what it is made of? */
export function isBuildFresh() {
  if (!existsSync(stamp) || !existsSync(join(page, 'index.html'))) return false;
  const built = statSync(stamp).mtimeMs;
  const inputs = ['tsconfig.json', 'tsconfig.build.json', 'tsconfig.scripts.json', 'package-lock.json']
    .map((name) => join(root, name))
    .concat(['src', 'scripts', 'bench', 'web'].flatMap((folder) => filesUnder(join(root, folder))));
  return inputs.every((file) => statSync(file).mtimeMs <= built);
}

/**
 * A source that is gone must not live on in the package.
 * @param {{ sources: string, out: string }} output
 */
function removeStale({ sources, out }) {
  for (const file of filesUnder(join(root, out))) {
    if (file.startsWith(page + sep)) continue;
    const source = relative(join(root, out), file).replace(/(\.d\.ts|\.js)(\.map)?$/, '.ts');
    if (/\.(d\.ts|js)(\.map)?$/.test(file) && !existsSync(join(root, sources, source))) rmSync(file);
  }
}

/**
 * Runs a JavaScript file with our own Node; true when it ended well.
 * @param {string} file @param {string[]} args
 */
function run(file, args) {
  return spawnSync(process.execPath, [file, ...args], { cwd: root, stdio: 'inherit' }).status === 0;
}

/** The page, from an empty folder. */
function buildPage() {
  const bundler = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  return run(bundler, ['build', 'web', '--logLevel', 'warn']);
}

export function build() {
  const startedMs = Date.now();
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  if (!existsSync(compiler)) {
    process.stderr.write(
      'TypeScript is not installed: run `npm ci` (with development dependencies) first.\n',
    );
    return false;
  }
  for (const output of outputs) {
    if (!run(compiler, ['-p', output.project])) return false;
    removeStale(output);
  }
  if (!buildPage()) return false;
  writeFileSync(stamp, '');
  process.stdout.write(`Built in ${((Date.now() - startedMs) / 1000).toFixed(1)} s.\n`);
  return true;
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  process.exitCode = build() ? 0 : 1;
}
