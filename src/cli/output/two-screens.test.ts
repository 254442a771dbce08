import { expect, test } from 'vitest';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { PseudoTerminal, TextSink } from '../../../test/support/pseudo-terminal.ts';
import { tableView } from './table.ts';
import { StreamScreen } from './screen.ts';
import { TextOutput } from './text-output.ts';

const view = tableView<{ readonly name: string }>([{ heading: 'NAME', plain: (row) => row.name }]);
const BAR = { label: 'a', done: 1, total: 2, note: '1 KiB/s' };

test('rows go to the one, sentences and bars to the other', () => {
  const rows = new TextSink();
  const terminal = new PseudoTerminal(80);
  const output = new TextOutput(
    new StreamScreen(terminal.output, 'xterm'),
    new FakeClock(),
    new StreamScreen(rows, 'xterm'),
  );
  const out = output.command();
  expect(out.showsProgress).toBe(true);
  out.progress([BAR]);
  out.rows(view, [{ name: 'x' }]);
  output.success('test', { text: 'done' });
  expect(rows.text).toBe('x\n');
  expect(terminal.screen.lines()).toEqual(['SUCCESS: done', '']);
});

test('of one terminal, rows stand where the bars were', () => {
  const terminal = new PseudoTerminal(80);
  const screen = () => new StreamScreen(terminal.output, 'xterm');
  const output = new TextOutput(screen(), new FakeClock(), screen());
  const out = output.command();
  out.progress([BAR]);
  expect(terminal.screen.text()).toContain('50%');
  out.rows(view, [{ name: 'x' }]);
  expect(terminal.screen.lines()).toEqual(['NAME', 'x', '']);
});

test.each([true, false])('bars and tags are coloured only where colours are wanted: %s', (coloured) => {
  const terminal = new PseudoTerminal(80);
  terminal.output.hasColors = () => coloured;
  const output = new TextOutput(new StreamScreen(terminal.output, 'xterm'), new FakeClock());
  output.command().progress([BAR]);
  output.success('test', { text: 'done' });
  expect(terminal.raw.includes('\x1b[32m█')).toBe(coloured);
  expect(terminal.raw.includes('\x1b[32mSUCCESS:')).toBe(coloured);
});
