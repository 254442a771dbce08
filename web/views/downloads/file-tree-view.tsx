import { useEffect, useRef, useState } from 'preact/hooks';
import { formatBytes } from '../../text/format.ts';
import { Icon } from '../../ui/icon.tsx';
import { filesIn, wantedOf, type TreeNode } from './file-tree.ts';

interface FileTreeProps {
  readonly nodes: readonly TreeNode[];
  readonly wanted: ReadonlySet<string>;
  readonly onChange: (wanted: ReadonlySet<string>) => void;
  /** Whether folders begin open: sensible for few files only. */
  readonly openAll: boolean;
}

/** Folders to open and files to tick; a folder's tick is that of all in it. */
export function FileTree(props: FileTreeProps) {
  return (
    <ul class="tree">
      {props.nodes.map((node) => (
        <Branch key={node.path} node={node} tree={props} />
      ))}
    </ul>
  );
}

function Branch({ node, tree }: { readonly node: TreeNode; readonly tree: FileTreeProps }) {
  const [open, setOpen] = useState(tree.openAll || tree.nodes.length === 1);
  const isFolder = node.children.length > 0;
  return (
    <li>
      <div class="tree-row">
        {isFolder ? (
          <button
            type="button"
            class={`twist${open ? ' open' : ''}`}
            aria-expanded={open}
            aria-label={`${open ? 'Close' : 'Open'} ${node.name}`}
            onClick={() => setOpen(!open)}
          >
            <Icon name="back" />
          </button>
        ) : (
          <span class="twist" />
        )}
        <Tick node={node} tree={tree} />
      </div>
      {isFolder && open && <FileTree {...tree} nodes={node.children} />}
    </li>
  );
}

function Tick({ node, tree }: { readonly node: TreeNode; readonly tree: FileTreeProps }) {
  const box = useRef<HTMLInputElement>(null);
  const state = wantedOf(node, tree.wanted);
  useEffect(() => {
    if (box.current) box.current.indeterminate = state === 'some';
  }, [state]);
  const toggle = (): void => {
    const next = new Set(tree.wanted);
    for (const path of filesIn(node)) {
      if (state === 'all') next.delete(path);
      else next.add(path);
    }
    tree.onChange(next);
  };
  return (
    <label class="tick">
      <input ref={box} type="checkbox" checked={state === 'all'} onChange={toggle} />
      <span class="ellipsis grow" title={node.name}>
        {node.name}
      </span>
      <span class="quiet">{formatBytes(node.size)}</span>
    </label>
  );
}
