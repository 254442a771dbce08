import { userInfo } from 'node:os';
import { CommandError } from '../../base/index.ts';
import { prepareNode } from '../background/start-node.ts';
import { stopNode } from '../background/stop-node.ts';
import {
  hasUserManager,
  removeUnit,
  systemctl,
  unitName,
  unitPath,
  unitText,
  writeUnit,
} from '../background/systemd.ts';
import { outerCommand } from './outer-command.ts';
import { SETTINGS_OPTIONS, toStart } from './settings-options.ts';

const TOPIC = 'The node in the background';

export const nodeInstall = outerCommand({
  name: 'node install',
  topic: TOPIC,
  params: [],
  options: SETTINGS_OPTIONS,
  summary: 'have systemd start it whenever you log in',
  teaches: [
    'Writes a unit of your own service manager and enables it; after a crash it is started again. With mbt login',
    '--remember everything is shared again after a reboot, without a password.',
  ],
  example: 'node install --trackers tracker_info.txt',
  async run({ target: { dataDir, environment }, options, out, clock, signal }) {
    await prepareNode({ dataDir, ...(await toStart(options)) });
    const [path, unit] = [unitPath(dataDir, environment), unitName(dataDir)];
    await writeUnit(path, unitText(dataDir));
    if (isPassing())
      out.warning(
        'npx keeps this program for a while only: npm install -g mini-bittorrent, then install again',
      );
    if (!hasUserManager()) {
      out.notice(
        `where your service manager runs, type: systemctl --user daemon-reload && systemctl --user enable --now ${unit}`,
      );
      return {
        text: `wrote ${path}; no systemd answers here for you, so it is not enabled`,
        fields: { path, enabled: false },
      };
    }
    if ((await stopNode(dataDir, clock, signal)) !== undefined)
      out.notice('stopped the node that ran: systemd starts it from now on');
    for (const words of [['daemon-reload'], ['enable', unit], ['restart', unit]]) orFail(words);
    out.notice(
      `it runs while you are logged in to this machine; to have it run always: loginctl enable-linger ${userInfo().username}`,
    );
    return { text: `installed ${unit}, and started it: mbt node status`, fields: { path, enabled: true } };
  },
});

export const nodeUninstall = outerCommand({
  name: 'node uninstall',
  topic: TOPIC,
  params: [],
  summary: 'undo node install; data stay',
  teaches: ['Stops the node, disables its unit and removes it.'],
  example: 'node uninstall',
  async run({ target: { dataDir, environment } }) {
    const [path, unit] = [unitPath(dataDir, environment), unitName(dataDir)];
    const answers = hasUserManager();
    if (answers) systemctl('disable', '--now', unit); // it may never have been enabled
    await removeUnit(path);
    if (answers) orFail(['daemon-reload']);
    return { text: `removed ${path}`, fields: { path } };
  },
});

/** Whether this program lies where npx put it for one run. */
const isPassing = (): boolean => import.meta.url.includes('/_npx/');

function orFail(words: readonly string[]): void {
  const fault = systemctl(...words);
  if (fault !== undefined) throw new CommandError('REFUSED', `systemctl --user ${words.join(' ')}: ${fault}`);
}
