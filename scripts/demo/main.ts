import { join } from 'node:path';
import { systemClock } from '../../src/base/index.ts';
import { formatBytes } from '../../src/cli/text/format.ts';
import { makeRandomFile, RANDOM_FILE_BYTES, type Sample, takeFile } from './sample.ts';
import { Stage } from './stage.ts';
import { Story } from './story.ts';
import { View } from './view.ts';

const USAGE = 'npm run demo [-- FILE]   shares FILE, or 256 MiB of random bytes, in a group of five';
/** Three copies, and what the processes keep besides. */
const COPIES = 3;
const SPARE_BYTES = 64 * 2 ** 20;

/** Runs the demo; resolves to the exit code: 0 only if all was as promised. */
export async function main(args: readonly string[], root: string): Promise<number> {
  if (args.length > 1 || args[0]?.startsWith('-')) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  const stage = new Stage(root);
  const stopped = stopOnSignals(stage);
  const view = new View(systemClock);
  try {
    const sample = await prepare(stage, view, args[0]);
    const ok = await Story.tell(stage, systemClock, view, sample);
    view.print(['', ok ? 'All of it was so.' : 'Not all of it was so.']);
    return ok ? 0 : 1;
  } catch (error) {
    if (!stopped()) explain(view, stage, error);
    return 1;
  } finally {
    view.hideProgress();
    await stage.close();
  }
}

async function prepare(stage: Stage, view: View, file: string | undefined): Promise<Sample> {
  const given = file === undefined ? undefined : await takeFile(file);
  const sizeBytes = given?.sizeBytes ?? RANDOM_FILE_BYTES;
  const neededBytes = sizeBytes * (given ? COPIES : COPIES + 1) + SPARE_BYTES;
  if ((await stage.freeBytes()) < neededBytes) {
    throw new Error(
      `The demo needs ${formatBytes(neededBytes)} in ${stage.folder}: free some, or set TMPDIR to a roomier folder.`,
    );
  }
  if (given) return given;
  const path = join(stage.folder, 'holiday.mov');
  const sample = await makeRandomFile(path, sizeBytes);
  view.tell(`made ${sample.name}: ${formatBytes(sizeBytes)} of random bytes`);
  return sample;
}

/** Ctrl-C and its kin take everything away at once, then end the process. */
function stopOnSignals(stage: Stage): () => boolean {
  let stopped = false;
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.on(signal, () => {
      stopped = true;
      process.stderr.write('\nStopped: ending what was started...\n');
      void stage.close().finally(() => process.exit(code));
    });
  }
  return () => stopped;
}

function explain(view: View, stage: Stage, error: unknown): void {
  view.hideProgress();
  view.print(['', `The demo failed: ${error instanceof Error ? error.message : String(error)}`]);
  for (const { name, said } of stage.processes) {
    if (said.length > 0) view.print([``, `Last words of ${name}:`, ...said.map((line) => `  ${line}`)]);
  }
}
