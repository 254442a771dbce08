import type { CommandError } from '../../base/index.ts';
import type { NodeEvent } from '../../node/index.ts';
import { toSafeJson } from '../text/escape-controls.ts';
import type { CommandOutput, Done, Output } from './output.ts';
import type { Screen } from './screen.ts';

/**
 * One JSON object a line. `type` says which: `row`, `success` and `error` belong to the command they name;
 * `notice`, `warning`, `complete` and `failed` come by themselves.
 */
export class JsonOutput implements Output {
  readonly #screen: Screen;

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  command(name: string): CommandOutput {
    return {
      rows: (_view, rows) => rows.forEach((row) => this.#print({ type: 'row', command: name, ...row })),
      notice: (text) => this.#print({ type: 'notice', text }),
      warning: (text) => this.#print({ type: 'warning', text }),
      showsProgress: false,
      progress: () => undefined,
    };
  }

  success(command: string, done: Done): void {
    this.#print({ type: 'success', command, text: done.text, ...done.fields });
  }

  error(command: string, error: CommandError): void {
    this.#print({ type: 'error', command, code: error.code, text: error.message });
  }

  event(event: NodeEvent): void {
    this.#print(event);
  }

  #print(value: object): void {
    this.#screen.print([toSafeJson(value)]);
  }
}
