import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** A program that shows something on the desktop, and how it is called: texts are arguments, no shell reads them. */
export interface DesktopCall {
  readonly command: string;
  readonly args: readonly string[];
}
export type DesktopProgram = (title: string, text: string) => DesktopCall;

const APPLE_SCRIPT = [
  'on run argv',
  'display notification (item 2 of argv) with title (item 1 of argv)',
  'end run',
];

/** How this desktop shows a notification; undefined where there is no desktop. */
export function desktopProgram(
  platform: NodeJS.Platform,
  env: NodeJS.ProcessEnv,
  exists: (path: string) => boolean = existsSync,
): DesktopProgram | undefined {
  if (platform === 'darwin') {
    const script = APPLE_SCRIPT.flatMap((line) => ['-e', line]);
    return (title, text) => ({ command: 'osascript', args: [...script, title, text] });
  }
  if (platform !== 'linux' || !hasSessionBus(env, exists)) return undefined;
  return (title, text) => ({
    command: 'notify-send',
    args: ['--app-name=Mini-BitTorrent', '--', title, forNotifySend(text)],
  });
}

function hasSessionBus(env: NodeJS.ProcessEnv, exists: (path: string) => boolean): boolean {
  const runtimeDir = env['XDG_RUNTIME_DIR'];
  return Boolean(env['DBUS_SESSION_BUS_ADDRESS']) || Boolean(runtimeDir && exists(join(runtimeDir, 'bus')));
}

/** Desktops read markup in a text, and notify-send itself reads C's escapes: names of files have neither. */
const forNotifySend = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\\', '\\\\');
