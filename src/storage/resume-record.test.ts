import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sha256 } from '../base/index.ts';
import { buildContent } from '../metainfo/index.ts';
import { decodeRecord, emptyState, encodeEntry, encodeRecord, type Entry } from './resume-format.ts';
import { ResumeRecord } from './index.ts';

const PIECES = 20;
const content = buildContent({
  name: 'two',
  isFolder: true,
  files: ['a', 'b'].map((name) => ({
    path: [name],
    length: (PIECES / 2) * 256 * 1024,
    piecesRoot: sha256(name),
  })),
});

let folder: string;
let at: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'mbt-resume-'));
  at = path.join(folder, 'record');
});
afterEach(() => rm(folder, { recursive: true }));

const piecesOf = (record: ResumeRecord): { held: number[]; unsure: number[] } => ({
  held: [...record.held.ones()],
  unsure: [...record.unsure.ones()],
});

/** Opens again as after a SIGKILL: nothing was said to the first one. */
async function afterKill(): Promise<ResumeRecord> {
  return ResumeRecord.open(at, content);
}

describe('ResumeRecord', () => {
  test('what was committed is held; what was only noted is unsure after a kill', async () => {
    const record = await ResumeRecord.open(at, content);
    record.note(3);
    record.note(19);
    await record.commit(record.mark());
    record.note(7);
    await record.noteCreated(1);
    const again = await afterKill();
    expect(piecesOf(again)).toEqual({ held: [3, 19], unsure: [7] });
    expect([again.isCreated(0), again.isCreated(1)]).toEqual([false, true]);
    await record.close();
    await again.close();
  });

  test('a piece noted while the data was synced is not covered by that commit', async () => {
    const record = await ResumeRecord.open(at, content);
    record.note(1);
    const mark = record.mark();
    record.note(2);
    await record.commit(mark);
    const again = await afterKill();
    expect(piecesOf(again)).toEqual({ held: [1], unsure: [2] });
    await record.close();
    await again.close();
  });

  test('an unsure piece stays so through commits, until it is noted or lost', async () => {
    const first = await ResumeRecord.open(at, content);
    for (const piece of [4, 5, 6]) first.note(piece);
    await first.close();
    const second = await afterKill();
    second.note(8);
    second.note(4);
    second.lost(5);
    await second.commit(second.mark());
    await second.close();
    const third = await afterKill();
    expect(piecesOf(third)).toEqual({ held: [4, 8], unsure: [6] });
    await third.close();
  });

  test('a held piece in doubt is to be hashed again', async () => {
    const record = await ResumeRecord.open(at, content);
    record.note(1);
    record.note(2);
    await record.commit(record.mark());
    record.doubt(1);
    record.doubt(9);
    expect(piecesOf(record)).toEqual({ held: [2], unsure: [1] });
    await record.commit(record.mark());
    await record.close();
    const again = await afterKill();
    expect(piecesOf(again)).toEqual({ held: [2], unsure: [1] });
    await again.close();
  });

  test('nothing new is not committed again', async () => {
    const record = await ResumeRecord.open(at, content);
    record.note(1);
    await record.commit(record.mark());
    const { length } = await readFile(at);
    await record.commit(record.mark());
    await record.commit(record.mark());
    expect((await readFile(at)).length).toBe(length);
    await record.close();
  });

  test.each([
    { why: 'an empty file', change: () => Buffer.alloc(0) },
    { why: 'a cut header', change: (bytes: Buffer) => bytes.subarray(0, 60) },
    { why: 'a flipped bit', change: (bytes: Buffer) => bytes.fill((bytes[50] as number) ^ 1, 50, 51) },
    { why: 'something else', change: () => Buffer.from('x'.repeat(500)) },
  ])('a damaged record leaves everything to be hashed: $why', async ({ change }) => {
    const record = await ResumeRecord.open(at, content);
    record.note(1);
    await record.commit(record.mark());
    await record.close();
    await writeFile(at, change(await readFile(at)));
    const again = await afterKill();
    expect(again.held.count).toBe(0);
    expect(again.unsure.isComplete).toBe(true);
    await again.close();
  });

  test('a place where nothing can be written is told', async () => {
    await expect(ResumeRecord.open(path.join(folder, 'no', 'record'), content)).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
    });
  });

  test('remove leaves no file', async () => {
    const record = await ResumeRecord.open(at, content);
    await record.remove();
    await expect(readFile(at)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

/**
 * What the disk has, told by the same entries: a piece is safe if it was written, then synced, and not lost
 * since.
 */
function safePieces(entries: readonly Entry[]): Set<number> {
  const safe = new Set<number>();
  const written = new Map<number, number>();
  for (const [position, { kind, value }] of entries.entries()) {
    if (kind === 'written' || kind === 'lost' || kind === 'doubted') {
      safe.delete(value);
      written.delete(value);
    }
    if (kind === 'written') written.set(value, position);
    if (kind === 'synced') {
      for (const [piece, place] of written) if (place < value) safe.add(piece);
    }
  }
  return safe;
}

const entry: fc.Arbitrary<Entry> = fc.record({
  kind: fc.constantFrom('written', 'written', 'written', 'synced', 'lost', 'doubted', 'created', 'gone'),
  value: fc.nat(PIECES + 3),
});

test('a record cut anywhere, with any entry unwritten, never claims more than was synced', () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 40 }), fc.nat(), fc.option(fc.nat(39)), (entries, cut, hole) => {
      const head = encodeRecord(content, emptyState(content));
      const kept = entries.filter((one) => one.kind === 'synced' || one.value < PIECES);
      const bytes = Buffer.concat([head, ...kept.map((one, position) => encodeEntry(one, position))]);
      if (hole !== null && hole < kept.length)
        bytes.fill(0, head.length + hole * 8, head.length + hole * 8 + 8);
      const end = head.length + (cut % (bytes.length - head.length + 1));
      const left = kept.slice(0, Math.floor((end - head.length) / 8));
      const state = decodeRecord(content, bytes.subarray(0, end));
      const visible = left.map((one, position): Entry =>
        position === hole ? { kind: 'synced', value: 0 } : one,
      );
      expect(new Set(state?.held.ones())).toEqual(safePieces(visible));
    }),
  );
});
