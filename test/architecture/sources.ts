import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A file as the tests of the walls see it: path from the root with `/`, text without comments. */
export interface Source {
  readonly path: string;
  readonly text: string;
  readonly lineCount: number;
  readonly imports: readonly Import[];
}

export interface Import {
  /** As written: a package, a `node:` module or a relative path. */
  readonly from: string;
  /** For relative imports the file they lead to, from the root. */
  readonly file: string | undefined;
  readonly names: readonly string[];
}

const SKIPPED = new Set(['node_modules', 'dist', 'build', 'coverage', '.git']);

/** Files under `folder` whose names end as one of `endings`, sorted. */
export function filesUnder(folder: string, endings: readonly string[]): string[] {
  const start = join(root, folder);
  if (!existsSync(start)) return [];
  const found: string[] = [];
  for (const entry of readdirSync(start, { withFileTypes: true })) {
    const path = join(start, entry.name);
    if (entry.isDirectory() && !SKIPPED.has(entry.name))
      found.push(...filesUnder(relative(root, path), endings));
    if (entry.isFile() && endings.some((ending) => entry.name.endsWith(ending))) {
      found.push(relative(root, path).split(sep).join('/'));
    }
  }
  return found.sort((a, b) => (a < b ? -1 : 1));
}

export function readSource(path: string): Source {
  const raw = readFileSync(join(root, path), 'utf8');
  const text = withoutComments(raw);
  const lineCount = raw.split('\n').length - (raw.endsWith('\n') ? 1 : 0);
  return { path, text, lineCount, imports: importsOf(path, text) };
}

/** Blanks comments, keeping strings (a `//` in one is no comment) and line breaks. */
export function withoutComments(text: string): string {
  const token =
    /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`|\/\*[\s\S]*?\*\/|(?<![\\/])\/\/[^\n]*/g;
  return text.replace(token, (match) => (/^\/[/*]/.test(match) ? match.replace(/[^\n]/g, ' ') : match));
}

const IMPORT =
  /\b(?:import|export)\b([^'"`;()]*?)\bfrom\s*['"]([^'"]+)['"]|\bimport\s*\(?\s*['"]([^'"]+)['"]/g;

function importsOf(path: string, text: string): Import[] {
  return [...text.matchAll(IMPORT)].map((match) => {
    const from = match[2] ?? match[3] ?? '';
    const file = from.startsWith('.') ? posix.normalize(posix.join(dirname(path), from)) : undefined;
    return { from, file, names: [...(match[1] ?? '').matchAll(/[\w$]+/g)].map(([name]) => name) };
  });
}

/** The room that a file under src/ belongs to. */
export function roomOf(path: string): string | undefined {
  return /^src\/([^/]+)\//.exec(path)?.[1];
}
