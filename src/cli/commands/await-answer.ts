import { type Clock, CommandError, every } from '../../base/index.ts';
import type { NodeCommands, NodeEvent } from '../../node/index.ts';

/** News usually tell at once; a look now and then is for those that were missed. */
const LOOK_MS = 2_000;

type Asked = Pick<NodeCommands, 'listGroups' | 'onEvent' | 'onChange'>;

/**
 * Waits until the owner has answered a request to join `group`. REFUSED: it was turned down, with the reason if one
 * was given; INTERRUPTED by `signal`.
 */
export async function awaitAnswer(
  node: Asked,
  group: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  let reason: string | undefined;
  let look = (): void => undefined;
  const looking = new Promise<void>((resolve, reject) => {
    let asking = false;
    look = () => {
      if (asking) return;
      asking = true;
      node
        .listGroups()
        .then((rows) => settle(rows.find((row) => row.group === group)?.you))
        .catch(() => undefined) // a tracker that is away: the next look may find one
        .finally(() => (asking = false));
    };
    const settle = (you: string | undefined): void => {
      if (you === 'member' || you === 'owner') resolve();
      if (you === '-' || you === undefined)
        reject(new CommandError('REFUSED', reason ?? `your request to join ${group} was turned down`));
    };
    signal.addEventListener('abort', () => reject(goesOn(group)), { once: true });
    if (signal.aborted) reject(goesOn(group));
  });
  const stops = [
    node.onEvent((event) => {
      if (isAnswer(event, group) && event.about === 'rejected') reason = event.text;
      if (isAnswer(event, group)) look();
    }),
    node.onChange((change) => void (change.what === 'groups' && look())),
    every(clock, LOOK_MS, () => look()),
  ];
  look();
  try {
    await looking;
  } finally {
    for (const stop of stops) stop();
  }
}

function isAnswer(
  event: NodeEvent,
  group: string,
): event is Extract<NodeEvent, { type: 'notice' | 'warning' }> {
  if (event.type !== 'notice' && event.type !== 'warning') return false;
  return event.group === group && ['accepted', 'rejected', 'ended'].includes(event.about ?? '');
}

const goesOn = (group: string): CommandError =>
  new CommandError('INTERRUPTED', `stopped waiting; your request to join ${group} stands`);
