import type { ContentFileRow } from '../../state/store.ts';
import { byName } from '../../text/by-name.ts';

/** A folder or file inside a content. */
export interface TreeNode {
  readonly name: string;
  readonly path: string;
  /** Of all files in it. */
  readonly size: number;
  readonly fileCount: number;
  /** Empty for a file. */
  readonly children: readonly TreeNode[];
}

interface Growing {
  readonly name: string;
  readonly path: string;
  size: number;
  fileCount: number;
  readonly folders: Map<string, Growing>;
  readonly files: TreeNode[];
}

/** The files as a tree; a folder that holds but one folder is drawn together with it. */
export function toTree(rows: readonly ContentFileRow[]): TreeNode[] {
  const root = growing('', '');
  for (const row of rows) plant(root, row);
  return finish(root).children as TreeNode[];
}

function growing(name: string, path: string): Growing {
  return { name, path, size: 0, fileCount: 0, folders: new Map(), files: [] };
}

function plant(root: Growing, { path, size }: ContentFileRow): void {
  const parts = path.split('/');
  const name = parts.pop() ?? path;
  let at = root;
  for (const part of parts) {
    at.size += size;
    at.fileCount += 1;
    const inner = at.folders.get(part) ?? growing(part, at.path === '' ? part : `${at.path}/${part}`);
    at.folders.set(part, inner);
    at = inner;
  }
  at.size += size;
  at.fileCount += 1;
  at.files.push({ name, path, size, fileCount: 1, children: [] });
}

function finish({ name, path, size, fileCount, folders, files }: Growing): TreeNode {
  const inner = [...folders.values()].map(finish).sort(inOrder);
  const only = inner[0];
  if (only && inner.length === 1 && files.length === 0 && path !== '') {
    return { ...only, name: `${name}/${only.name}` };
  }
  return { name, path, size, fileCount, children: [...inner, ...files.sort(inOrder)] };
}

const inOrder = (a: TreeNode, b: TreeNode): number => byName(a.name, b.name);

/** Paths of all files in it. */
export function filesIn(node: TreeNode): string[] {
  return node.children.length === 0 ? [node.path] : node.children.flatMap(filesIn);
}

/** Whether all, some or none of its files are wanted. */
export function wantedOf(node: TreeNode, wanted: ReadonlySet<string>): 'all' | 'some' | 'none' {
  const files = filesIn(node);
  const count = files.filter((path) => wanted.has(path)).length;
  return count === 0 ? 'none' : count === files.length ? 'all' : 'some';
}
