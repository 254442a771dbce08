import { type Clock, CommandError, deferred, every, sameLabel } from '../../base/index.ts';
import type { NodeCommands } from '../../node/index.ts';
import { oneAtATime } from './one-at-a-time.ts';

/** News usually tell at once; a look now and then is for those that were missed. */
const LOOK_MS = 2_000;

type Asked = Pick<NodeCommands, 'listGroups' | 'onEvent' | 'onChange'>;

/** The reason, which comes as news, may be a moment later than the answer. */
const REASON_MS = 1_500;

/** Listens for the owners' answers from now on, so that none is missed that comes as soon as one has asked. */
export class AnswerWatch {
  readonly #node: Asked;
  readonly #clock: Clock;
  readonly #refusals = new Map<string, string>();
  readonly #deafen: () => void;
  #onNews = (): void => undefined;

  constructor(node: Asked, clock: Clock) {
    this.#node = node;
    this.#clock = clock;
    this.#deafen = node.onEvent((event) => {
      if (event.type !== 'notice' && event.type !== 'warning') return;
      if (event.about === 'rejected' || event.about === 'ended')
        this.#refusals.set(event.group ?? '', event.text);
      this.#onNews();
    });
  }

  close(): void {
    this.#deafen();
  }

  /**
   * Waits until the request to join `group` is answered. REFUSED: it was turned down, with the reason if one was
   * given; INTERRUPTED by `signal`.
   */
  async wait(group: string, signal: AbortSignal): Promise<void> {
    const answered = deferred<void>();
    const stops: (() => void)[] = [];
    const refuse = (reason: string): void => answered.reject(new CommandError('REFUSED', reason));
    const onRow = (you: string | undefined): void => {
      if (you === 'member' || you === 'owner') answered.resolve();
      else if (you !== 'pending')
        stops.push(
          this.#clock.after(REASON_MS, () => refuse(`your request to join ${group} was turned down`)),
        );
    };
    const look = oneAtATime(async () => {
      const rows = await this.#node.listGroups();
      onRow(rows.find((row) => sameLabel(row.group, group))?.you);
    });
    const onNews = (): void => {
      const [, reason] = [...this.#refusals].find(([of]) => sameLabel(of, group)) ?? [];
      if (reason === undefined) look();
      else refuse(reason);
    };
    const onAbort = (): void => answered.reject(goesOn(group));
    signal.addEventListener('abort', onAbort, { once: true });
    this.#onNews = onNews;
    stops.push(
      () => signal.removeEventListener('abort', onAbort),
      this.#node.onChange((change) => void (change.what === 'groups' && look())),
      every(this.#clock, LOOK_MS, look),
    );
    if (signal.aborted) onAbort();
    onNews();
    try {
      await answered.promise;
    } finally {
      for (const stop of stops) stop();
    }
  }
}

const goesOn = (group: string): CommandError =>
  new CommandError('INTERRUPTED', `stopped waiting; your request to join ${group} stands`);
