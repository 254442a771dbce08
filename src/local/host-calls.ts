import { CommandError, sameLabel } from '../base/index.ts';
import type { CallContext, Handlers } from './call-context.ts';
import type { Drops } from './drops.ts';
import type { EventHub } from './event-hub.ts';
import type { FileLinks } from './file-links.ts';
import { listPlace } from './list-place.ts';
import type { HostCall } from './node-calls.ts';
import type { NodeHost, NodeState } from './node-host.ts';
import type { Places } from './places.ts';
import type { WebSessions } from './web-sessions.ts';

/** What calls that are not the node's own need. */
export interface HostParts {
  readonly host: NodeHost;
  readonly places: Places;
  readonly links: FileLinks;
  readonly drops: Drops;
  readonly events: EventHub;
  readonly sessions: WebSessions;
  /** Origin of the page; null: there is none. */
  readonly web: () => string | null;
}

/** A link that opens the page, once. */
export function makeWebLink({ sessions, web }: HostParts): {
  readonly link: string;
  readonly expiresAtMs: number;
} {
  const origin = web();
  if (origin === null)
    throw new CommandError(
      'NOT_READY',
      'this node runs without a page: stop it, then `mbt node start --web <port>`',
    );
  const { token, expiresAtMs } = sessions.issue();
  return { link: `${origin}/#token=${token}`, expiresAtMs };
}

/** What concerns the node's process, the page, and its files. */
export function hostCalls(parts: HostParts): Pick<Handlers, HostCall> {
  const { host, places, links } = parts;
  const state = (): NodeState => ({ ...host.state, web: parts.web() });
  return {
    nodeStatus: async () => state(),
    setUp: async (given) => {
      await host.setUp(given);
      return state();
    },
    stopNode: async () => {
      host.stop();
      return {};
    },
    webLink: async () => makeWebLink(parts),
    ...sessionCalls(parts),
    openLink: async ({ group, file, path }) => links.open(group, file, path),
    ...dropCalls(parts),
    listAllowed: async () => places.all,
    allowFolder: async ({ path }) => places.allow(path),
    disallowFolder: async ({ path }) => places.disallow(path),
    listPlace: async ({ path }) => listPlace(places, path),
  };
}

function sessionCalls({ sessions, events }: HostParts) {
  const end = async (secret: string | undefined): Promise<void> => {
    if (secret === undefined) return;
    events.end(secret);
    await sessions.end(secret);
  };
  return {
    openSession: async ({ token }, call) => {
      const { secret, key } = await sessions.exchange(token);
      await end(call.secret);
      call.setCookie(secret);
      return { key };
    },
    closeSession: async (_, call) => {
      await end(call.secret);
      call.setCookie(undefined);
      return {};
    },
  } satisfies Partial<Handlers>;
}

const dropCalls = ({ host, drops }: HostParts) =>
  ({
    beginDrop: async (terms) => {
      await requireMember(host, terms.group);
      return drops.begin(terms);
    },
    finishDrop: async ({ id }, call: CallContext) =>
      drops.finish(id, ({ group }, path) =>
        host.node().uploadFile(path, group, (at) => call.progress(at), call.signal),
      ),
    cancelDrop: async ({ id }) => {
      await drops.cancel(id);
      return {};
    },
  }) satisfies Partial<Handlers>;

/** Better said before the bytes come than after. */
async function requireMember(host: NodeHost, group: string): Promise<void> {
  const row = (await host.node().listGroups()).find((each) => sameLabel(each.group, group));
  if (row === undefined)
    throw new CommandError('NO_SUCH_GROUP', `there is no group ${group}: list_groups shows all`);
  if (row.you !== 'owner' && row.you !== 'member')
    throw new CommandError('NOT_A_MEMBER', `you are not a member of ${group}: ask to join it first`);
}
