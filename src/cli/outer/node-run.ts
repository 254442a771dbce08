import { logFile } from '../background/node-folder.ts';
import { prepareNode } from '../background/start-node.ts';
import { tellNext } from './node-state.ts';
import { outerCommand } from './outer-command.ts';
import { SETTINGS_OPTIONS, toStart } from './settings-options.ts';

const LOG_BYTES_MAX = 5 * 2 ** 20;

export const nodeRun = outerCommand({
  name: 'node run',
  topic: 'The node in the background',
  params: [],
  options: {
    ...SETTINGS_OPTIONS,
    quiet: { kind: 'flag', summary: 'print nothing; news are in node.log in any case' },
  },
  summary: 'the same in the foreground, until it is stopped',
  teaches: ['For service managers and containers, or to look on. Prints news; Ctrl-C ends it.'],
  endsItself: true,
  example: 'node run --trackers tracker_info.txt',
  async run({ target: { dataDir, stop, clock, output }, options, out }) {
    await prepareNode({ dataDir, ...(await toStart(options)) });
    const [{ readSettings }, { openRotatedLog }, { runNode }] = await Promise.all([
      import('../background/settings.ts'),
      import('../log-file.ts'),
      import('../background/run-node.ts'),
    ]);
    const settings = await readSettings(dataDir);
    const opened = openRotatedLog(logFile(dataDir), LOG_BYTES_MAX);
    try {
      await runNode({
        dataDir,
        settings,
        clock,
        stop,
        log: opened.log,
        onServing: (host, web) => {
          if (options.quiet) return;
          out.notice(`node of ${dataDir} runs (pid ${process.pid})${web === null ? '' : `; page at ${web}`}`);
          tellNext(out, { ...host.state, web });
          host.onEvent((event) => output.event(event));
        },
      });
    } finally {
      opened.close();
    }
    return { text: 'node ended', ...(options.quiet ? { silent: true as const } : {}) };
  },
});
