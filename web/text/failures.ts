import { toApiError, type FailureCode } from '../api/client.ts';

/** What each failure is called in plain words; the node's own text says what to do. */
const TITLES: Record<FailureCode, string> = {
  ALREADY_DOWNLOADING: 'It is in your downloads already',
  ALREADY_LOGGED_IN: 'Somebody is logged in already',
  ALREADY_MEMBER: 'You are in this group already',
  ALREADY_REQUESTED: 'You have asked already',
  ALREADY_SHARED: 'It is shared already',
  AMBIGUOUS_NAME: 'Several have this name',
  BAD_ANSWER: 'The node answered strangely',
  CODE_MISMATCH: 'The codes differ',
  CONFLICT: 'Something else came first',
  DESTINATION_EXISTS: 'Something with this name stands there already',
  DIFFERENT_CLUSTER: 'These are other trackers',
  DOWNLOAD_FAILED: 'The download failed',
  FILE_CHANGED: 'The file changed meanwhile',
  FILE_NOT_FOUND: 'It is not there',
  GROUP_ENDED: 'The group has ended',
  GROUP_EXISTS: 'A group has this name already',
  IDENTITY_CHANGED: 'This is not who it was before',
  INTERNAL: 'Something went wrong inside',
  INTERRUPTED: 'It was stopped',
  INVALID_ARGUMENTS: 'This cannot be done so',
  INVALID_INVITATION: 'The invitation does not work',
  INVALID_NAME: 'This name cannot be used',
  IO_ERROR: 'The disk did not do it',
  NO_CONNECTION: 'The node does not answer',
  NO_NODE: 'No node is running',
  NO_SESSION: 'This browser is not connected',
  NO_SPACE: 'The disk is full',
  NO_SUCH_DOWNLOAD: 'There is no such download',
  NO_SUCH_FILE: 'There is no such file',
  NO_SUCH_GROUP: 'There is no such group',
  NO_SUCH_INVITATION: 'There is no such invitation',
  NO_SUCH_MEMBER: 'Nobody of this name is in the group',
  NO_SUCH_REQUEST: 'Nobody of this name is asking',
  NO_SUCH_USER: 'Nobody has this name',
  NO_TRACKER: 'No tracker can be reached',
  NOTHING_TO_SHARE: 'There is nothing to share in it',
  NOT_ALLOWED: 'The page may not use this place',
  NOT_A_MEMBER: 'You are not in this group',
  NOT_LOGGED_IN: 'You are not logged in',
  NOT_OWNER: 'Only the owner can do this',
  NOT_READY: 'Not yet',
  NOT_SET_UP: 'The node is not set up yet',
  NOT_SHARING: 'It is not shared by you',
  OWNER_CANNOT_LEAVE: 'The owner cannot leave',
  PERMISSION_DENIED: 'Not permitted',
  PORT_IN_USE: 'The port is in use',
  REFUSED: 'Refused',
  TIMED_OUT: 'It took too long',
  TOO_MANY_ATTEMPTS: 'Too many tries',
  TRACKER_CHANGED: 'A tracker is not the one it was',
  UNKNOWN_COMMAND: 'The node does not know this',
  USER_EXISTS: 'Somebody has this name already',
  WEAK_PASSWORD: 'The password is too easy to guess',
  WRONG_CODE: 'The recovery code is wrong',
  WRONG_PASSWORD: 'Name or password is wrong',
};

export function failureText(thrown: unknown): { readonly title: string; readonly text: string } {
  const { code, message } = toApiError(thrown);
  return { title: TITLES[code] ?? 'It did not work', text: sentence(message) };
}

/** Words by which the node's texts begin. Any other first word may be a name, or a label, and stays as it is. */
const OPENERS = new Set(
  `a access after already an another at choose connecting folders give hashing interrupted it log logged looking more name
  no nobody none nothing of only port someone stopped that the there these they this to use waiting what you your`.split(
    /\s+/,
  ),
);

/** The node begins its texts with a small letter; by themselves, or under a heading, they are sentences. */
export function sentence(text: string): string {
  const first = /^[a-z]+(?=[\s,;]|$)/.exec(text)?.[0];
  return first !== undefined && OPENERS.has(first) ? text.slice(0, 1).toUpperCase() + text.slice(1) : text;
}
