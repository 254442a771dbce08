/** Compiles src/ to dist/, scripts/ to build/ (`npm run build`, and `prepare` of npm). */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const outputs = [
  { project: 'tsconfig.build.json', sources: 'src', out: 'dist' },
  { project: 'tsconfig.scripts.json', sources: '.', out: 'build' },
];
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
  if (!existsSync(stamp) || !existsSync(join(root, 'dist'))) return false;
  const built = statSync(stamp).mtimeMs;
  const inputs = ['tsconfig.json', 'tsconfig.build.json', 'tsconfig.scripts.json', 'package-lock.json']
    .map((name) => join(root, name))
    .concat(['src', 'scripts', 'bench'].flatMap((folder) => filesUnder(join(root, folder))));
  return inputs.every((file) => statSync(file).mtimeMs <= built);
}

/**
 * A source that is gone must not live on in the package.
 * @param {{ sources: string, out: string }} output
 */
function removeStale({ sources, out }) {
  for (const file of filesUnder(join(root, out))) {
    const source = relative(join(root, out), file).replace(/(\.d\.ts|\.js)(\.map)?$/, '.ts');
    if (/\.(d\.ts|js)(\.map)?$/.test(file) && !existsSync(join(root, sources, source))) rmSync(file);
  }
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
    const done = spawnSync(process.execPath, [compiler, '-p', output.project], {
      cwd: root,
      stdio: 'inherit',
    });
    if (done.status !== 0) return false;
    removeStale(output);
  }
  writeFileSync(stamp, '');
  process.stdout.write(`Built in ${((Date.now() - startedMs) / 1000).toFixed(1)} s.\n`);
  return true;
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  process.exitCode = build() ? 0 : 1;
}
