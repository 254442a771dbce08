import { stream } from 'hono/streaming';
import { trackerApi, type CallResult } from '../api/index.ts';
import type { Clock } from '../base/index.ts';
import { uidOf, type ApiContext, type ApiServer } from './api-server.ts';
import type { AnnounceUrls } from './announce/announce-urls.ts';
import type { EventHub } from './event-hub.ts';
import type { LogIns } from './log-ins.ts';
import type { PortGreeter } from './port-greeter.ts';
import type { PresenceService } from './presence-service.ts';
import type { RecordIntake } from './record-intake.ts';
import type { RecordReader } from './record-reader.ts';

/** Who does what clients ask for. */
export interface CallParts {
  readonly announceUrls: AnnounceUrls;
  readonly clock: Clock;
  readonly greeter: PortGreeter;
  readonly hub: EventHub;
  readonly intake: RecordIntake;
  readonly logIns: LogIns;
  readonly presence: PresenceService;
  readonly reader: RecordReader;
  clusterInfo(): CallResult<(typeof trackerApi)['cluster']>;
}

/** Connects every call of the contract with what carries it out. */
export function serveClients(server: ApiServer, parts: CallParts): void {
  const { announceUrls, greeter, intake, logIns, presence, reader } = parts;
  server.on(trackerApi.cluster, async () => parts.clusterInfo());
  server.on(trackerApi.registrationStart, async ({ body }, { address }) => logIns.register(body, address));
  server.on(trackerApi.loginStart, ({ body }, { address }) => logIns.start(body, address));
  server.on(trackerApi.loginFinish, ({ body }) => logIns.finish(body));
  server.on(trackerApi.recover, ({ body }, { address }) => logIns.recover(body, address));
  server.on(trackerApi.name, ({ params }) => reader.name(params.kind, params.label));
  server.on(trackerApi.putRecords, ({ body }, { address }) =>
    intake.takeFromClient(body.records, body.expect, address),
  );
  server.on(trackerApi.listRecords, ({ query }, caller) =>
    reader.list(uidOf(caller), query.prefix, query.after),
  );
  server.on(trackerApi.groupRecords, ({ params, query }, caller) =>
    reader.groupRecords(uidOf(caller), params.gid, query.after, query.only),
  );
  server.on(trackerApi.mine, ({ body }, caller) => reader.mine(uidOf(caller), body.digests));
  server.on(trackerApi.groups, ({ query }) => reader.groups(query.after));
  server.on(trackerApi.labels, async ({ query }) => ({ labels: await reader.labels(query.ids) }));
  server.on(trackerApi.online, ({ params }, caller) => presence.online(uidOf(caller), params.gid));
  server.on(trackerApi.announceUrls, ({ params }, caller) => announceUrls.of(uidOf(caller), params.gid));
  server.on(trackerApi.reachability, async ({ body }, caller) => {
    greeter.greet(caller, body.port, body.name);
    return { observed: caller.address };
  });
  server.on(trackerApi.presence, ({ body }, caller) => presence.report(uidOf(caller), body, caller.address));
  server.onStream(trackerApi.events, (context) => streamEvents(context, parts));
}

function streamEvents(context: ApiContext, { hub, clock }: CallParts): Response {
  const caller = context.get('caller');
  const events = hub.open(uidOf(caller), caller.address);
  context.header('content-type', 'text/event-stream');
  context.header('cache-control', 'no-store');
  return stream(context, async (out) => {
    // The only way to learn that the reader has gone.
    out.onAbort(() => hub.end(events));
    while (!events.isClosed) {
      const text = events.take(clock.nowMs());
      if (text === undefined) await events.wait();
      else await out.write(text);
    }
    hub.end(events);
  });
}
