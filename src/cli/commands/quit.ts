import type { ShellCommand } from '../shell/command.ts';

/** Leaves the shell; what that closes is said by `teaches`. */
export function quitCommand(teaches: readonly string[]): ShellCommand<unknown> {
  return {
    name: 'quit',
    aliases: ['exit'],
    topic: 'This shell',
    params: [],
    summary: 'leave',
    teaches,
    example: 'quit',
    run: async () => ({ text: 'bye', quit: true }),
  };
}
