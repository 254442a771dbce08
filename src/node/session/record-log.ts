import { type FileHandle, open } from 'node:fs/promises';
import { view } from '../../base/index.ts';
import { type SignedRecord, decodeRecord, RECORD_BYTES_MAX } from '../../records/index.ts';
import { readPrivateFile, writePrivateFile } from '../private-file.ts';

const LENGTH_BYTES = 4;
/** The log is written anew on opening when so many times what it must hold. */
const WASTE_FACTOR_MAX = 2;

/**
 * Records on this machine's disk, one after another, each behind its length: appended as they come, so that what was
 * taken in is not forgotten in a crash. A torn end is cut off; of several under one key the caller keeps the newest.
 */
export class RecordLog {
  readonly #path: string;
  /** Bytes that the file had when it was opened, and how many of them are whole records. */
  readonly #heldBytes: number;
  readonly #goodBytes: number;
  readonly #onFailure: (error: unknown) => void;
  #file: FileHandle | undefined;
  #queued: Uint8Array[] = [];
  #writing: Promise<void> = Promise.resolve();

  private constructor(
    path: string,
    heldBytes: number,
    goodBytes: number,
    onFailure: (error: unknown) => void,
  ) {
    this.#path = path;
    this.#onFailure = onFailure;
    this.#heldBytes = heldBytes;
    this.#goodBytes = goodBytes;
  }

  /** The log and all that it holds, oldest first. `onFailure` is told when something could not be written. */
  static async open(
    path: string,
    onFailure: (error: unknown) => void,
  ): Promise<{ log: RecordLog; records: SignedRecord[] }> {
    const bytes = (await readPrivateFile(path)) ?? new Uint8Array();
    const { records, goodBytes } = parseLog(bytes);
    return { log: new RecordLog(path, bytes.length, goodBytes, onFailure), records };
  }

  /** Makes it ready for `append`; writes it anew with `records` alone if its end is torn or most of it outdated. */
  async start(records: readonly SignedRecord[]): Promise<void> {
    const frames = records.map(({ bytes }) => frame(bytes));
    const size = frames.reduce((sum, { length }) => sum + length, 0);
    if (this.#goodBytes < this.#heldBytes || this.#heldBytes > WASTE_FACTOR_MAX * size) {
      await writePrivateFile(this.#path, Buffer.concat(frames));
    }
    this.#file = await open(this.#path, 'a', 0o600);
  }

  /** Queues a record; many that come together are written together. */
  append(record: SignedRecord): void {
    this.#queued.push(frame(record.bytes));
    if (this.#queued.length === 1)
      this.#writing = this.#writing.then(() => this.#flush()).catch(this.#onFailure);
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#file?.close();
    this.#file = undefined;
  }

  async #flush(): Promise<void> {
    const bytes = Buffer.concat(this.#queued);
    this.#queued = [];
    await this.#file?.appendFile(bytes);
  }
}

function frame(bytes: Uint8Array): Uint8Array {
  const framed = Buffer.alloc(LENGTH_BYTES + bytes.length);
  framed.writeUInt32BE(bytes.length);
  framed.set(bytes, LENGTH_BYTES);
  return framed;
}

function parseLog(bytes: Uint8Array): { records: SignedRecord[]; goodBytes: number } {
  const log = view(bytes);
  const records: SignedRecord[] = [];
  let at = 0;
  while (at + LENGTH_BYTES <= log.length) {
    const end = at + LENGTH_BYTES + log.readUInt32BE(at);
    if (end > log.length || end - at > LENGTH_BYTES + RECORD_BYTES_MAX) break;
    try {
      records.push(decodeRecord(new Uint8Array(log.subarray(at + LENGTH_BYTES, end))));
    } catch {
      break;
    }
    at = end;
  }
  return { records, goodBytes: at };
}
