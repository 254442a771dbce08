import type { z } from 'zod';
import type { LocalInput, LocalResult, localRows } from '../api/index.ts';
import type { LocalNode, NodeChange, NodeEvent } from '../node/index.ts';

export type NodeState = LocalResult<'nodeStatus'>;
export type Places = z.infer<(typeof localRows)['places']>;
export type OpenedLink = LocalResult<'openLink'>;

/**
 * A process with a node in it, as the local API's server sees it. The node may be missing (not set up yet) and
 * may be made anew; what is told comes from whichever there is.
 */
export interface NodeHost {
  /** How the process stands; the server adds the page's origin. */
  readonly state: Omit<NodeState, 'web'>;
  /** Throws NOT_SET_UP where there are no trackers yet, NOT_READY while the node is being made. */
  node(): LocalNode;
  /** Gives the node its trackers. CONFLICT where it has some. */
  setUp(given: LocalInput<'setUp'>): Promise<void>;
  /** Ends the process, after the answers under way. */
  stop(): void;
  /** Both outlive a node that is made anew. They return the way to stop listening. */
  onEvent(listener: (event: NodeEvent) => void): () => void;
  onChange(listener: (change: NodeChange) => void): () => void;
}

/** What a face in another process can ask beyond `NodeCommands`: it concerns the node's process and its page. */
export interface HostCalls {
  nodeStatus(): Promise<NodeState>;
  setUp(given: LocalInput<'setUp'>): Promise<NodeState>;
  /** Ends the node. */
  stopNode(): Promise<void>;
  /** A link that opens the page, once. NOT_READY where the node runs without a page. */
  webLink(): Promise<LocalResult<'webLink'>>;
  listAllowed(): Promise<Places>;
  /** Lets the page use a folder. */
  allowFolder(path: string): Promise<Places>;
  /** The page may use it no longer. */
  disallowFolder(path: string): Promise<Places>;
  /** Where a browser or player reads a file, while it loads as well: a path on the page's origin. */
  openLink(group: string, file: string, path?: string): Promise<OpenedLink>;
}
