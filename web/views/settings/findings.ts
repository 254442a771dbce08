import type { Diagnosis } from '../../../src/node/commands.ts';
import { formatBytes, formatDuration } from '../../text/format.ts';

/** One finding of the doctor, in plain words. */
export interface Finding {
  readonly level: 'good' | 'note' | 'bad';
  readonly text: string;
  /** What to do about it. */
  readonly advice?: string;
}

/** Trackers and clients refuse each other's clocks beyond some minutes; earlier it is worth a word. */
const SKEW_NOTE_MS = 30_000;
const SKEW_BAD_MS = 120_000;
const FREE_NOTE_BYTES = 5 * 2 ** 30;
const FREE_BAD_BYTES = 500 * 2 ** 20;

export function findingsOf(diagnosis: Diagnosis): Finding[] {
  return [
    ...trackerFindings(diagnosis),
    portFinding(diagnosis),
    clockFinding(diagnosis),
    diskFinding(diagnosis),
  ];
}

function trackerFindings({ trackers }: Diagnosis): Finding[] {
  if (trackers.length === 0) {
    return [
      { level: 'bad', text: 'No tracker is known.', advice: 'Set this node up with a list of trackers.' },
    ];
  }
  const dead = trackers.filter((tracker) => !tracker.reachable);
  const found: Finding[] = dead.map((tracker) => ({
    level: dead.length === trackers.length ? 'bad' : 'note',
    text: `Tracker ${tracker.address} does not answer (${tracker.state}).`,
    advice:
      dead.length === trackers.length
        ? 'Check this computer’s network. If others cannot reach it either, tell whoever runs the trackers.'
        : 'The others do its work; nothing is lost.',
  }));
  if (dead.length < trackers.length) found.unshift(livingTrackers(trackers));
  return found;
}

function livingTrackers(trackers: Diagnosis['trackers']): Finding {
  const alive = trackers.filter((tracker) => tracker.reachable);
  const quickest = Math.min(...alive.map((tracker) => tracker.millis ?? Number.POSITIVE_INFINITY));
  const answer = Number.isFinite(quickest) ? `, the quickest in ${Math.round(quickest)} ms` : '';
  const number =
    alive.length === trackers.length && trackers.length > 1
      ? `All ${trackers.length} trackers answer`
      : `${alive.length} of ${trackers.length} ${trackers.length === 1 ? 'tracker' : 'trackers'} ${alive.length === 1 ? 'answers' : 'answer'}`;
  return { level: 'good', text: `${number}${answer}.` };
}

function portFinding({ port }: Diagnosis): Finding {
  if (port.reachable === true) {
    return { level: 'good', text: `Others can reach this computer at port ${port.port}.` };
  }
  if (port.reachable === null) {
    return {
      level: 'note',
      text: `Whether others can reach port ${port.port} is not known.`,
      advice: port.text,
    };
  }
  return {
    level: 'note',
    text: `Others cannot reach this computer at port ${port.port}.`,
    advice:
      port.text ||
      'Everything works as long as the others can be reached; opening this port in the router or firewall makes it faster.',
  };
}

function clockFinding({ clockSkewMs }: Diagnosis): Finding {
  if (clockSkewMs === null)
    return { level: 'note', text: 'The clock could not be compared: no tracker answered.' };
  const off = Math.abs(clockSkewMs);
  if (off < SKEW_NOTE_MS) return { level: 'good', text: 'This computer’s clock is right.' };
  return {
    level: off < SKEW_BAD_MS ? 'note' : 'bad',
    text: `This computer’s clock is ${formatDuration(off / 1000)} ${clockSkewMs > 0 ? 'behind' : 'ahead'}.`,
    advice: 'Let the system set its clock from the network.',
  };
}

function diskFinding({ freeBytes }: Diagnosis): Finding {
  const text = `${formatBytes(freeBytes)} are free on the disk of the data folder.`;
  if (freeBytes >= FREE_NOTE_BYTES) return { level: 'good', text };
  return {
    level: freeBytes < FREE_BAD_BYTES ? 'bad' : 'note',
    text,
    advice: 'Downloads stop when the disk is full; make room.',
  };
}
