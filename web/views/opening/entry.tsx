import type { NodeState } from '../../state/store.ts';
import { Welcome } from './welcome.tsx';

export function Entry({ node }: { readonly node: NodeState }) {
  return <Welcome title={node.state}>{node.text}</Welcome>;
}
