import { readFileSync } from 'node:fs';

/**
 * Whether the terminal listens to this process: `mbt … &` in a shell does not have it, and would be stopped
 * by the system as soon as it reads. True where that can't be known.
 */
export function isInForeground(readStat: () => string = readOwnStat): boolean {
  try {
    const stat = readStat();
    const [, , group, , , terminalGroup] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return group === terminalGroup;
  } catch {
    return true;
  }
}

/** See proc(5): the fields after the program's name are state, parent, group, session, terminal, its group. */
const readOwnStat = (): string => readFileSync('/proc/self/stat', 'latin1');

/** Calls `listener` each time this process goes on in the foreground after it was stopped; returns what ends that. */
export function onResume(source: NodeJS.Process, listener: () => void): () => void {
  const onContinue = (): void => {
    if (isInForeground()) listener();
  };
  source.on('SIGCONT', onContinue);
  return () => source.off('SIGCONT', onContinue);
}
