import type { LocalResult } from '../../src/api/local/contract.ts';
import type { LocalEvent } from '../../src/api/local/events.ts';

type Rows<
  Name extends
    'listGroups' | 'listRequests' | 'listMembers' | 'listFiles' | 'showDownloads' | 'listContentFiles',
> = LocalResult<Name>[number];
type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** What the invented node knows. */
export interface World {
  state: LocalResult<'nodeStatus'>['state'];
  user: string;
  readonly groups: Mutable<Rows<'listGroups'>>[];
  readonly requests: Map<string, Rows<'listRequests'>[]>;
  readonly members: Map<string, Rows<'listMembers'>[]>;
  readonly files: Map<string, Mutable<Rows<'listFiles'>>[]>;
  readonly downloads: Mutable<Rows<'showDownloads'>>[];
  readonly contents: Map<string, Mutable<Rows<'listContentFiles'>>[]>;
  readonly tell: (event: LocalEvent) => void;
}

const MIB = 2 ** 20;
const NAMES = [
  'Field recordings',
  'Lecture',
  'Genome reads',
  'Summer <b>school</b>',
  'Atlas scans',
  'Interview',
  'Dataset',
];
const ENDINGS = ['.zip', '.mp4', '.fastq.gz', '', '.tif', '.flac', '.csv', '.pdf'];

/** The same each time: nothing here is random. */
function manyFiles(count: number): Mutable<Rows<'listFiles'>>[] {
  return Array.from({ length: count }, (_, at) => ({
    file: `${NAMES[at % NAMES.length] ?? ''} ${String(at + 1).padStart(4, '0')}${ENDINGS[at % ENDINGS.length] ?? ''}`,
    size: Math.round(((at * 7_919) % 4_000) * MIB * 1.3) + at,
    files: at % ENDINGS.length === ENDINGS.indexOf('') ? 12 + at : 1,
    seeds: (at * 7) % 9,
    leechers: (at * 3) % 4,
    content: ((at * 2_654_435_761) >>> 0).toString(16).padStart(8, '0'),
    sharers: at % 5 === 0 ? ['ada', 'grace'] : ['grace'],
  }));
}

function download(given: Partial<Rows<'showDownloads'>> & { file: string }): Mutable<Rows<'showDownloads'>> {
  return {
    state: 'D',
    group: 'lab',
    content: '5eed'.repeat(16),
    files: 1,
    path: `/home/ada/Mini-BitTorrent/${given.file}`,
    doneBytes: 0,
    totalBytes: 1_000 * MIB,
    bytesPerSecond: 0,
    downLimit: null,
    secondsLeft: null,
    peers: 0,
    priority: 'normal',
    remark: '',
    ...given,
  };
}

function contentFiles(): Mutable<Rows<'listContentFiles'>>[] {
  return Array.from({ length: 240 }, (_, at) => ({
    path: `Field recordings/${at % 3 === 0 ? 'raw/day 1' : at % 3 === 1 ? 'raw/day 2' : 'notes'}/take ${at + 1}.wav`,
    size: (at + 1) * 3 * MIB,
    doneBytes: at % 4 === 0 ? (at + 1) * 3 * MIB : 0,
    priority: at % 7 === 0 ? 'skip' : 'normal',
  }));
}

export function makeWorld(tell: (event: LocalEvent) => void, nowMs: number): World {
  const day = 86_400_000;
  return {
    state: 'logged-in',
    user: 'ada',
    tell,
    groups: [
      { group: 'lab', owner: 'ada', members: 6, you: 'owner' },
      { group: 'summer-school', owner: 'grace', members: 31, you: 'member' },
      { group: 'choir', owner: 'linus', members: 12, you: 'pending' },
      { group: 'studio', owner: 'mo', members: 4, you: '-' },
    ],
    requests: new Map([
      [
        'lab',
        [
          { user: 'bob', code: '7KQ2M-XW4RT', atMs: nowMs - 120_000, invited: false },
          { user: 'carol', code: 'P3HVA-9ZJ6D', atMs: nowMs - 4_000_000, invited: true },
        ],
      ],
    ]),
    members: new Map([
      [
        'lab',
        ['ada', 'grace', 'linus', 'mo', 'noor', 'tim'].map((user, at) => ({
          user,
          role: at === 0 ? ('owner' as const) : ('member' as const),
          online: at < 3,
          sinceMs: nowMs - at * day * 9,
        })),
      ],
    ]),
    files: new Map([
      ['lab', manyFiles(5_000)],
      ['summer-school', manyFiles(9)],
    ]),
    downloads: [
      download({
        file: 'Lecture 0002.mp4',
        doneBytes: 300 * MIB,
        peers: 3,
        bytesPerSecond: 8.4 * MIB,
        secondsLeft: 83,
      }),
      download({
        file: 'Field recordings',
        files: 240,
        totalBytes: 52_000 * MIB,
        doneBytes: 20_100 * MIB,
        peers: 6,
        priority: 'high',
        remark: '206 of 240 files',
      }),
      download({ file: 'Atlas scans 0005.tif', state: 'Q' }),
      download({ file: 'Interview 0006.flac', state: 'P', doneBytes: 12 * MIB, remark: 'paused' }),
      download({ file: 'Summer <b>school</b> 0004', remark: 'nobody online' }),
      download({
        file: 'Genome reads 0003.fastq.gz',
        state: 'F',
        doneBytes: 500 * MIB,
        remark: 'the disk is full: free some space, then resume',
      }),
      download({ file: 'Dataset 0007.csv', state: 'C', doneBytes: 1_000 * MIB, group: 'summer-school' }),
    ],
    contents: new Map([['Field recordings', contentFiles()]]),
  };
}
