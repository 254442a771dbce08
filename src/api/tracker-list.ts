import { isIP } from 'node:net';
import { readFile } from 'node:fs/promises';
import { CommandError, systemCode } from '../base/index.ts';

/** Trackers that one list may name. */
const TRACKERS_MAX = 16;
const FILE_BYTES_MAX = 64 * 1024;

export interface TrackerAddress {
  /** An IP address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** `host:port` with brackets where needed: how it is shown and compared. */
  readonly text: string;
}

/** What `tracker_info.txt` says. */
export interface TrackerList {
  /** In the order of the file. */
  readonly trackers: readonly TrackerAddress[];
  /** The pinned cluster, 64 hex digits, if the file has a `cluster` line. */
  readonly cluster?: string;
}

/** Reads and parses the file; a missing or unreadable one is FILE_NOT_FOUND or IO_ERROR with what to do. */
export async function readTrackerList(path: string): Promise<TrackerList> {
  return parseTrackerList(await readText(path), path);
}

/** The same, for its text as it stands. */
export async function readTrackerText(path: string): Promise<string> {
  const text = await readText(path);
  parseTrackerList(text, path);
  return text;
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new CommandError(
        'FILE_NOT_FOUND',
        `${path}: no such file. Write one with a line ip:port for each tracker`,
      );
    }
    throw new CommandError('IO_ERROR', `${path}: can't be read (${code ?? String(error)})`);
  }
}

/**
 * One tracker a line, `ip:port` or `ip port`, IPv6 in brackets; at most one line `cluster <fingerprint>`; `#`
 * comments and blank lines. Throws INVALID_ARGUMENTS that names `source`, the line and its fault.
 */
export function parseTrackerList(text: string, source = 'tracker_info.txt'): TrackerList {
  if (text.length > FILE_BYTES_MAX) throw fault(source, 'is longer than 64 KiB');
  const trackers: TrackerAddress[] = [];
  let cluster: string | undefined;
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    const line = raw.replace(/#.*$/, '').trim();
    const where = `${source} line ${index + 1}`;
    if (line === '') continue;
    if (/^cluster(\s|$)/i.test(line)) {
      if (cluster !== undefined) throw fault(where, 'a second cluster line; keep one');
      cluster = parseFingerprint(line, where);
      continue;
    }
    const tracker = parseAddress(line, where);
    if (trackers.some((other) => other.text === tracker.text))
      throw fault(where, `${tracker.text} is listed twice`);
    trackers.push(tracker);
  }
  if (trackers.length === 0) throw fault(source, 'names no tracker; write a line ip:port for each');
  if (trackers.length > TRACKERS_MAX) throw fault(source, `names more than ${TRACKERS_MAX} trackers`);
  return cluster === undefined ? { trackers } : { trackers, cluster };
}

/** The n-th tracker, from 1: comments, blank and cluster lines don't count. */
export function trackerAtLine(list: TrackerList, line: number, source = 'tracker_info.txt'): TrackerAddress {
  const tracker = list.trackers[line - 1];
  if (tracker && Number.isInteger(line)) return tracker;
  const count = list.trackers.length;
  throw new CommandError(
    'INVALID_ARGUMENTS',
    `${source} has no tracker ${line}: it names ${count}; choose 1${count > 1 ? ` to ${count}` : ''}`,
  );
}

const fault = (where: string, what: string): CommandError =>
  new CommandError('INVALID_ARGUMENTS', `${where}: ${what}`);

function parseFingerprint(line: string, where: string): string {
  const text = line.slice('cluster'.length).trim().toLowerCase();
  if (/^[0-9a-f]{64}$/.test(text)) return text;
  throw fault(where, 'a cluster line is `cluster` and the fingerprint, 64 hex digits');
}

function parseAddress(line: string, where: string): TrackerAddress {
  const match = /^(?:\[([^\]]*)\]|([^\s:[\]]+))(?::|\s+)(\S+)$/.exec(line);
  if (!match)
    throw fault(where, `"${shown(line)}" is not ip:port (an IPv6 address goes in brackets: [::1]:9000)`);
  const [, six, four, portText = ''] = match;
  const host = six ?? four ?? '';
  if (isIP(host) !== (six === undefined ? 4 : 6)) throw fault(where, `"${shown(host)}" is not an IP address`);
  const port = /^\d{1,5}$/.test(portText) ? Number(portText) : 0;
  if (port < 1 || port > 65_535) throw fault(where, `"${shown(portText)}" is not a port (1 to 65535)`);
  return { host, port, text: six === undefined ? `${host}:${port}` : `[${host}]:${port}` };
}

/** Text from the file as it may stand in a message: printable, and not long. */
const shown = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?').slice(0, 60);
