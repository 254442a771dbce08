import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { absolutePath } from '../text/paths.ts';
import { quoteWord } from '../text/quote.ts';

/** The data folder of the node in the background: `given`, else $MBT_DATA, else one in the home folder. */
export function nodeFolder(given: string | undefined, environment: NodeJS.ProcessEnv = process.env): string {
  if (given !== undefined) return resolve(absolutePath(given));
  const { MBT_DATA } = environment;
  return MBT_DATA ? resolve(MBT_DATA) : defaultNodeFolder();
}

export const defaultNodeFolder = (): string => join(homedir(), '.mini-bittorrent', 'node');

/** What its files in there are called. */
export const settingsFile = (dataDir: string): string => join(dataDir, 'node.json');
export const trackersFile = (dataDir: string): string => join(dataDir, 'tracker_info.txt');
export const logFile = (dataDir: string): string => join(dataDir, 'node.log');

/** ` --data DIR` where it must be typed for this folder to be meant. */
export function dataWords(dataDir: string, environment: NodeJS.ProcessEnv = process.env): string {
  return dataDir === nodeFolder(undefined, environment) ? '' : ` --data ${quoteWord(dataDir)}`;
}
