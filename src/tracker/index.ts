/**
 * The tracker: takes signed records in, settles who may read what, knows who is online, tells clients what concerns
 * them, and keeps itself in step with the other trackers of its list. OPAQUE: RFC 9807; TLS 1.3: RFC 8446;
 * server-sent events: the HTML standard, section 9.2.
 */
export {
  openTracker,
  type AnnounceAddress,
  type Tracker,
  type TrackerOptions,
  type TrackerStatus,
} from './open-tracker.ts';
export type { OtherTracker, SyncResult } from './replicator.ts';
