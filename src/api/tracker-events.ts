import { z } from 'zod';
import {
  addressField,
  contentIdField,
  groupIdField,
  infoHashField,
  nonceField,
  portField,
  recordField,
  userIdField,
} from './fields.ts';

/**
 * The device of another BitTorrent program begins with this; its compact address (BEP 23, BEP 7) in hex follows, so that
 * all trackers name it alike. It is reached at that address alone.
 */
export const FOREIGN_DEVICE_PREFIX = 'bt-';

/** One device in the swarm of a content. */
export const peerSchema = z.object({
  uid: userIdField,
  device: nonceField,
  boot: nonceField,
  /** The port it listens on; its addresses carry their own. */
  port: portField,
  /** What it announced, as far as it is private or the address the tracker saw; the latter always. */
  addresses: z.array(addressField).max(17),
  infoHash: infoHashField,
  /** What it holds, 0 to 1. */
  have: z.number().min(0).max(1),
  seed: z.boolean(),
});
export type SwarmPeer = z.infer<typeof peerSchema>;

export const swarmEventSchema = z.object({
  gid: groupIdField,
  content: contentIdField,
  /** New, or changed since the last event. The caller's own device is among them. */
  peers: z.array(peerSchema),
  /** No longer there. */
  gone: z.array(z.object({ uid: userIdField, device: nonceField })),
});
export type SwarmEvent = z.infer<typeof swarmEventSchema>;

/**
 * The server-sent events of `GET /v1/events`: `event:` is the key here, `data:` the JSON of its schema.
 * A comment line comes every 3 s; a stream that is silent for longer than 10 s is dead.
 */
export const trackerEvents = {
  /** First on each stream. Whatever changes after it comes as an event. `boot` changes when the tracker restarts. */
  hello: z.object({ boot: nonceField }),
  /**
   * A record that this user may read was stored: its own, one about it, or one of a group that it owns or is a
   * member of. Who becomes a member is told of the grant alone: read the group's records then.
   */
  record: z.object({ bytes: recordField }),
  /**
   * News of the swarms in which this user announced a content, on any of its devices, and of whose group it is a
   * member. The whole swarm (in several events, where it is large) when the stream begins, after `lost`, and when
   * a device of this user announces the content.
   */
  swarm: swarmEventSchema,
  /** Events were dropped: read again what matters. The stream goes on. */
  lost: z.object({}),
} as const;

export type TrackerEvent = {
  [Name in keyof typeof trackerEvents]: {
    readonly type: Name;
    readonly data: z.infer<(typeof trackerEvents)[Name]>;
  };
}[keyof typeof trackerEvents];
