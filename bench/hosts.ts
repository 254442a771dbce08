import { spawnSync } from 'node:child_process';

const SWITCH = 'mbt-switch';
const hostName = (n: number): string => `mbt-host${n}`;

function run(program: string, ...args: string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr ?? ''}`);
}

const ip = (namespace: string, ...args: string[]): void => run('ip', '-n', namespace, ...args);

/** The queue of a home router: 60 ms of the link, bursts of 128 KB. */
function limit(namespace: string, device: string, mbit: number): void {
  const queue = ['root', 'tbf', 'rate', `${mbit}mbit`, 'burst', '128kb', 'latency', '60ms'];
  run('ip', 'netns', 'exec', namespace, 'tc', 'qdisc', 'add', 'dev', device, ...queue);
}

/**
 * Hosts of their own on this machine: network namespaces on one switch, each behind a link of so many Mbit/s in either
 * direction. Needs root and Debian's iproute2.
 */
export class Hosts {
  readonly #names: readonly string[];

  /** Whether this machine lets us make any. */
  static arePossible(): boolean {
    return (
      process.getuid?.() === 0 && spawnSync('ip', ['-V']).status === 0 && spawnSync('tc', ['-V']).status === 0
    );
  }

  constructor(count: number, mbit: number) {
    this.#names = [SWITCH, ...Array.from({ length: count }, (_, n) => hostName(n))];
    this.close();
    for (const name of this.#names) {
      run('ip', 'netns', 'add', name);
      ip(name, 'link', 'set', 'lo', 'up');
    }
    ip(SWITCH, 'link', 'add', 'br0', 'type', 'bridge');
    ip(SWITCH, 'addr', 'add', `${this.switchIp}/24`, 'dev', 'br0');
    ip(SWITCH, 'link', 'set', 'br0', 'up');
    for (let n = 0; n < count; n += 1) this.#connect(n, mbit);
  }

  /** Of the switch itself, whose link has no limit. */
  get switchIp(): string {
    return '10.78.0.1';
  }

  ipOf(n: number): string {
    return `10.78.0.${10 + n}`;
  }

  /** What to put before a command so that it runs on that host; undefined: on the switch. */
  on(n: number | undefined): readonly string[] {
    return ['ip', 'netns', 'exec', n === undefined ? SWITCH : hostName(n)];
  }

  /** Takes all of them away. */
  close(): void {
    for (const name of this.#names) spawnSync('ip', ['netns', 'del', name]);
  }

  #connect(n: number, mbit: number): void {
    const [host, port] = [hostName(n), `p${n}`];
    ip(SWITCH, 'link', 'add', port, 'type', 'veth', 'peer', 'name', 'e0', 'netns', host);
    ip(SWITCH, 'link', 'set', port, 'master', 'br0', 'up');
    ip(host, 'addr', 'add', `${this.ipOf(n)}/24`, 'dev', 'e0');
    ip(host, 'link', 'set', 'e0', 'up');
    limit(SWITCH, port, mbit);
    limit(host, 'e0', mbit);
  }
}
