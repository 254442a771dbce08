import type { Diagnosis } from '../../node/index.ts';
import type { View } from '../output/output.ts';
import { formatBytes } from '../text/format.ts';
import { lineOf, wrap } from '../text/wrap.ts';

/** One thing that was looked at. `todo`: what to do about it, where there is something. */
export interface Finding {
  readonly about: 'tracker' | 'port' | 'clock' | 'disk' | 'version';
  readonly verdict: 'good' | 'wrong' | 'unknown';
  readonly text: string;
  readonly todo: string;
}

/** Certificates are valid from a day ago, so clocks may differ by hours; records are ordered by people's clocks. */
const SKEW_MS_MAX = 5 * 60_000;
const FREE_BYTES_MIN = 2 ** 30;

/** What a diagnosis means, in plain words. */
export function findingsOf(diagnosis: Diagnosis): Finding[] {
  return [
    ...trackerFindings(diagnosis),
    portFinding(diagnosis),
    clockFinding(diagnosis),
    diskFinding(diagnosis),
    versionFinding(diagnosis),
  ];
}

type Tracker = Diagnosis['trackers'][number];

function trackerFindings({ trackers }: Diagnosis): Finding[] {
  const reachable = trackers.filter((tracker) => tracker.reachable).length;
  return trackers.map((tracker) => trackerFinding(tracker, reachable > 0));
}

function trackerFinding({ address, reachable, state, millis, observed }: Tracker, others: boolean): Finding {
  const about = 'tracker';
  if (reachable) {
    const seen = observed === undefined ? '' : `; it sees you as ${observed}`;
    const quick = millis === undefined ? '' : ` in ${Math.round(millis)} ms`;
    return { about, verdict: 'good', text: `${address} answers${quick}${seen}`, todo: '' };
  }
  const todo = others
    ? 'all works by the others; tell who runs it'
    : 'check your network and the address in the list of trackers, or ask who runs them';
  return { about, verdict: 'wrong', text: `${address} does not answer (${state})`, todo };
}

function portFinding({ port: { port, reachable, text } }: Diagnosis): Finding {
  const about = 'port';
  if (reachable === true)
    return {
      about,
      verdict: 'good',
      text: `members can reach you at port ${port}${because(text)}`,
      todo: '',
    };
  if (reachable === null)
    return { about, verdict: 'unknown', text: `nobody could try port ${port}${because(text)}`, todo: '' };
  return {
    about,
    verdict: 'wrong',
    text: `port ${port} can't be reached from outside${because(text)}`,
    todo: `open TCP port ${port} in the firewall, or forward it in the router; until then you reach others and they don't reach you`,
  };
}

const because = (text: string): string => (text === '' ? '' : `: ${text}`);

function clockFinding({ clockSkewMs }: Diagnosis): Finding {
  const about = 'clock';
  if (clockSkewMs === null) return { about, verdict: 'unknown', text: 'no tracker told the time', todo: '' };
  const seconds = Math.round(Math.abs(clockSkewMs) / 1000);
  if (Math.abs(clockSkewMs) <= SKEW_MS_MAX)
    return { about, verdict: 'good', text: `right within ${seconds} s of the trackers`, todo: '' };
  const way = clockSkewMs > 0 ? 'behind' : 'ahead of';
  return {
    about,
    verdict: 'wrong',
    text: `this machine's clock is ${seconds} s ${way} the trackers`,
    todo: 'set it, or let the system do so: timedatectl set-ntp true',
  };
}

function diskFinding({ freeBytes }: Diagnosis): Finding {
  const about = 'disk';
  const text = `${formatBytes(freeBytes)} free where the node keeps its data`;
  if (freeBytes >= FREE_BYTES_MIN) return { about, verdict: 'good', text, todo: '' };
  return { about, verdict: 'wrong', text, todo: 'free some space, or move the data folder (--data)' };
}

/** Trackers and clients of one release understand each other best. */
function versionFinding({ version, node, trackers }: Diagnosis): Finding {
  const about = 'version';
  const others = [...new Set(trackers.flatMap((tracker) => tracker.version ?? []))].filter(
    (other) => other !== version,
  );
  const text = `${version} on Node.js ${node.replace(/^v/, '')}`;
  if (others.length === 0) return { about, verdict: 'good', text, todo: '' };
  return {
    about,
    verdict: 'unknown',
    text: `${text}; trackers run ${others.join(', ')}`,
    todo: 'use one version everywhere if something does not work',
  };
}

const WORDS = { good: 'ok', wrong: 'WRONG', unknown: '?' } as const;
const HEAD_COLUMNS = 18;

export const findingsView: View<Finding> = {
  plain: ({ about, verdict, text, todo }) => [about, verdict, text, todo],
  human: (rows, columns) => rows.flatMap((row) => findingLines(row, columns)),
};

function findingLines({ about, verdict, text, todo }: Finding, columns: number): string[] {
  const indent = ' '.repeat(HEAD_COLUMNS);
  const width = Math.max(20, lineOf(columns) - HEAD_COLUMNS);
  const [first = '', ...rest] = wrap(text, width);
  const advice = todo === '' ? [] : wrap(`-> ${todo}`, width, '   ');
  const head = `${about.padEnd(9)}${WORDS[verdict].padEnd(HEAD_COLUMNS - 9)}`;
  return [head + first, ...[...rest, ...advice].map((line) => indent + line)];
}
