import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { filesUnder, readSource, root } from './sources.ts';

const FILE_LINES_MAX = 400;
const code = filesUnder('.', ['.ts', '.mjs', '.tsx']);
const prose = filesUnder('.', ['.md', '.json', '.mjs', '.ts', '.yml']).concat('.npmrc', '.ci/run');

interface Locked {
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}
interface Lockfile {
  readonly packages: Readonly<Record<string, Locked>>;
}
interface Manifest {
  readonly allowScripts: Readonly<Record<string, boolean>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}

describe('files', () => {
  test(`none is longer than ${FILE_LINES_MAX} lines`, () => {
    const long = code.map(readSource).filter((source) => source.lineCount > FILE_LINES_MAX);
    expect(long.map((source) => `${source.path}: ${source.lineCount}`)).toEqual([]);
  });

  test('none is a drawer for odds and ends: a file is named for the one thing in it', () => {
    const drawers = /^(utils?|helpers?|misc|common|stuff)\.(ts|mjs)$/;
    expect(code.filter((path) => drawers.test(basename(path)))).toEqual([]);
  });

  test('nothing is left undone: an open point is an issue, not a comment', () => {
    const marks = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X'].join('|')})\\b`);
    expect(code.filter((path) => marks.test(readFileSync(join(root, path), 'utf8')))).toEqual([]);
  });

  test('no test is left focused or skipped without a condition', () => {
    const focused = /\b(?:test|it|describe)\.(?:only|skip|todo)\(/;
    expect(code.filter((path) => path.endsWith('.test.ts') && focused.test(readSource(path).text))).toEqual(
      [],
    );
  });
});

describe('the package installs alike everywhere', () => {
  test('no file names the registry that it was installed from', () => {
    const address = new RegExp(`${'regis' + 'try'}\\.(npmjs|yarnpkg|npmmirror)`);
    const named = prose
      .concat('package-lock.json')
      .filter((path) => address.test(readFileSync(join(root, path), 'utf8')));
    expect(named).toEqual([]);
    const { packages } = readJson('package-lock.json') as Lockfile;
    expect(Object.keys(packages).length).toBeGreaterThan(50);
    expect(Object.values(packages).filter((entry) => entry.resolved !== undefined)).toEqual([]);
  });

  test('every binary of every platform has its entry in the lockfile (else: npm run lock)', () => {
    const { packages } = readJson('package-lock.json') as Lockfile;
    const wanted = Object.values(packages).flatMap((entry) =>
      Object.entries(entry.optionalDependencies ?? {}),
    );
    const missing = wanted.filter(
      ([name, version]) => /^\d/.test(version) && !(`node_modules/${name}` in packages),
    );
    expect(wanted.length).toBeGreaterThan(50);
    expect(missing).toEqual([]);
  });

  test('nothing runs a script at its installation but what was looked at: some report who installs them', () => {
    const { packages } = readJson('package-lock.json') as Lockfile;
    const { allowScripts } = readJson('package.json') as Manifest;
    const scripted = Object.entries(packages).filter(([, entry]) => entry.hasInstallScript === true);
    // The entry of the project itself has no name.
    const names = scripted
      .map(([path]) => path.replace(/^.*node_modules\//, ''))
      .filter((name) => name !== '');
    expect(names).toEqual(Object.keys(allowScripts));
  });

  test('every version is exact', () => {
    const { dependencies, devDependencies } = readJson('package.json') as Manifest;
    const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
      ([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version),
    );
    expect(loose).toEqual([]);
  });
});
