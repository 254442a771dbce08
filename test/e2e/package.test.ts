import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

interface Packed {
  readonly files: readonly { readonly path: string; readonly mode: number }[];
}
interface Manifest {
  readonly name: string;
  readonly bin: Readonly<Record<string, string>>;
}

test('the package holds all that `npx` and a user of it need, and no test', () => {
  const packed = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: root,
    encoding: 'utf8',
  });
  const { files } = (JSON.parse(packed.stdout) as Packed[])[0] ?? { files: [] };
  const { name, bin } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as Manifest;
  const paths = files.map(({ path }) => path);
  expect(bin).toHaveProperty([name]);
  expect(
    files.filter(({ path }) => Object.values(bin).includes(path)).map(({ mode }) => mode & 0o111),
  ).toEqual([0o111]);
  expect(paths).toEqual(expect.arrayContaining(['dist/cli/main.js', 'dist/web/index.html', 'man/mbt.1']));
  expect(paths.filter((path) => /\.test\.|^(src|test|bench)\//.test(path))).toEqual([]);
});
