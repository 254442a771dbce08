/**
 * Contracts between processes, and the list of trackers that both sides read. An address of a file or a
 * field here is a promise to other versions: fields may be added, not changed.
 */
export { endpoint, type CallInput, type CallResult, type Endpoint } from './endpoint.ts';
export {
  addressField,
  apiErrorSchema,
  bytesField,
  contentIdField,
  groupIdField,
  hashField,
  infoHashField,
  nonceField,
  portField,
  recordField,
  recordKeyField,
  userIdField,
  type ApiError,
  type PeerAddress,
} from './fields.ts';
export {
  encodeInvitation,
  INVITATION_ID_BYTES,
  INVITATION_SECRET_BYTES,
  parseInvitation,
  trackerListOf,
  type InvitationLink,
} from './invitation.ts';
export {
  CONTENTS_PER_DEVICE_MAX,
  DIGESTS_PER_CALL_MAX,
  EVENTS_HEARTBEAT_MS,
  PRESENCE_GONE_MS,
  PRESENCE_HEARTBEAT_MS,
  RECORDS_PER_CALL_MAX,
  trackerApi,
  type AnnouncedContent,
  type PresenceReport,
  type PutResult,
  type TrackerGroupRow,
} from './tracker-contract.ts';
export {
  FOREIGN_DEVICE_PREFIX,
  trackerEvents,
  type SwarmEvent,
  type SwarmPeer,
  type TrackerEvent,
} from './tracker-events.ts';
export {
  parseTrackerList,
  trackerAtLine,
  readTrackerList,
  readTrackerText,
  type TrackerAddress,
  type TrackerList,
} from './tracker-list.ts';

export {
  localApi,
  localRoute,
  type LocalApi,
  type LocalEndpoint,
  type LocalInput,
  type LocalResult,
} from './local/contract.ts';
export { LOCAL_HEARTBEAT_MS, localEvent, type LocalEvent } from './local/events.ts';
export { localPaths, localStreams, PAGE_KEY_HEADER, type LocalCall } from './local/paths.ts';
export { localError } from './local/rows.ts';
export { localRows } from './local/schemas.ts';
