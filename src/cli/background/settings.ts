import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { CommandError, diskError } from '../../base/index.ts';
import { readPrivateFile, writePrivateFile } from '../../node/index.ts';
import { settingsFile } from './node-folder.ts';

const settingsSchema = z
  .object({
    listenHost: z.string(),
    /** 0: not chosen yet; the first start chooses, and the port is kept. */
    listenPort: z.number().int().min(0).max(65_535),
    web: z.union([z.literal('off'), z.number().int().min(1).max(65_535), z.null()]),
    folders: z.array(z.string()).readonly(),
    downloads: z.string(),
    onEvent: z.string().nullable(),
    desktop: z.boolean(),
    minPassword: z.boolean(),
  })
  .partial();

/** How a node was last started, so that the next start needs no word of it. */
export interface NodeSettings {
  /** `0.0.0.0` and `::` are all addresses. */
  readonly listenHost: string;
  /** 0: any free one, which is then kept. */
  readonly listenPort: number;
  /** Port of the page; null: any free one, which is then kept. */
  readonly web: number | 'off' | null;
  /** Folders that the page may use. */
  readonly folders: readonly string[];
  /** Where the page downloads to. */
  readonly downloads: string;
  /** A line for the user's shell, run for each event; null: none. */
  readonly onEvent: string | null;
  /** Whether events are shown on the desktop. */
  readonly desktop: boolean;
  /** Refuse weak passwords. */
  readonly minPassword: boolean;
}

export const defaultSettings = (): NodeSettings => ({
  listenHost: '::',
  listenPort: 0,
  web: null,
  folders: [],
  downloads: join(homedir(), 'Mini-BitTorrent'),
  onEvent: null,
  desktop: true,
  minPassword: false,
});

/** What is kept in `dataDir`, with defaults for the rest. INVALID_ARGUMENTS: the file is damaged, and which one it is. */
export async function readSettings(dataDir: string): Promise<NodeSettings> {
  const path = settingsFile(dataDir);
  try {
    const bytes = await readPrivateFile(path);
    if (bytes === undefined) return defaultSettings();
    const given = settingsSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
    const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    return { ...defaultSettings(), ...known };
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof z.ZodError)) throw diskError(error, path);
    throw new CommandError(
      'INVALID_ARGUMENTS',
      `${path} can't be understood: mend it, or remove it and start the node with its options again`,
      { cause: error },
    );
  }
}

/** Keeps them for their owner's eyes; makes the folder if need be. */
export async function writeSettings(dataDir: string, settings: NodeSettings): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await writePrivateFile(settingsFile(dataDir), `${JSON.stringify(settings, undefined, 2)}\n`);
  } catch (error) {
    throw diskError(error, dataDir);
  }
}
