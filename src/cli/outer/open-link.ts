import { spawn } from 'node:child_process';

/** Opens an address in the user's browser, where this session has a display; says whether it tried. */
export function openLink(link: string, environment: NodeJS.ProcessEnv): boolean {
  const program = opener(environment);
  if (program === undefined) return false;
  const child = spawn(program, [link], { detached: true, stdio: 'ignore' });
  child.on('error', () => undefined); // it is not installed: the link is printed in any case
  child.unref();
  return true;
}

function opener({ DISPLAY, WAYLAND_DISPLAY }: NodeJS.ProcessEnv): string | undefined {
  if (process.platform === 'darwin') return 'open';
  return process.platform === 'linux' && (DISPLAY || WAYLAND_DISPLAY) ? 'xdg-open' : undefined;
}
