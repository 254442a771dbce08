import { CommandError } from '../../src/base/index.ts';
import type { NodeChange, NodeCommands, NodeEvent } from '../../src/node/index.ts';

/**
 * A node that notes what it is asked (`asked`), answers from `answers`, and lets a test tell news. What has
 * no answer fails with INTERNAL, so that no test passes by accident.
 */
export interface FakeNode extends NodeCommands {
  readonly asked: string[];
  tell(event: NodeEvent): void;
  change(change: NodeChange): void;
}

type Answers = { [Name in keyof NodeCommands]?: NodeCommands[Name] };

// prettier-ignore
const METHODS = [
  'createUser', 'login', 'logout', 'changePassword', 'recoverUser', 'whoami',
  'createGroup', 'joinGroup', 'cancelRequest', 'leaveGroup', 'deleteGroup', 'listGroups',
  'listRequests', 'acceptRequest', 'listFiles', 'rejectRequest', 'removeMember', 'listMembers',
  'uploadFile', 'downloadFile', 'showDownloads', 'stopShare', 'pauseDownload', 'resumeDownload',
  'cancelDownload', 'recheck', 'waitDownloads', 'showPeers', 'setLimit', 'limits', 'exemptLan', 'exportTorrent',
  'loginRemembered', 'doctor', 'invite', 'listInvitations', 'withdrawInvitation', 'joinByInvitation',
  'listContentFiles', 'setPriority', 'pieceMap', 'setSchedule', 'watchFolder', 'unwatchFolder', 'followGroup',
  'unfollowGroup', 'listFolders',
] as const;

export function fakeNode(answers: Answers = {}): FakeNode {
  const asked: string[] = [];
  const listeners = new Set<(event: NodeEvent) => void>();
  const changes = new Set<(change: NodeChange) => void>();
  const methods = Object.fromEntries(METHODS.map((name) => [name, noted(name, asked, answers)]));
  const own = {
    asked,
    status: async () => STATUS,
    completions: async () => [],
    close: async () => void asked.push('close'),
    tell: (event: NodeEvent) => listeners.forEach((listener) => listener(event)),
    change: (change: NodeChange) => changes.forEach((listener) => listener(change)),
    onChange(listener: (change: NodeChange) => void) {
      changes.add(listener);
      return () => changes.delete(listener);
    },
    onEvent(listener: (event: NodeEvent) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return { ...methods, ...own, ...pick(answers, ['status', 'completions', 'close']) } as unknown as FakeNode;
}

function noted(name: string, asked: string[], answers: Answers): (...args: never[]) => Promise<unknown> {
  const answer = answers[name as keyof NodeCommands] as ((...args: never[]) => Promise<unknown>) | undefined;
  return async (...args) => {
    const words = args.filter((arg) => ['string', 'number'].includes(typeof arg));
    asked.push([name, ...words].join(' '));
    if (answer === undefined) throw new CommandError('INTERNAL', `this test gives no answer to ${name}`);
    return answer(...args);
  };
}

function pick(answers: Answers, names: readonly (keyof NodeCommands)[]): Answers {
  return Object.fromEntries(
    Object.entries(answers).filter(([name]) => names.includes(name as keyof NodeCommands)),
  );
}

const STATUS = {
  user: null,
  listening: '127.0.0.1:6881',
  dataDir: '/nowhere',
  trackers: [],
  shares: 0,
  downloads: 0,
  peers: 0,
  downloadBytesPerSecond: 0,
  uploadBytesPerSecond: 0,
  downLimit: null,
  upLimit: null,
};
