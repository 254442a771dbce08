import { expect, test } from 'vitest';
import { parsePeerAddress } from './peer-address.ts';
import { parseInvocation } from './program.ts';

const parse = (line: string) => parseInvocation(line.split(' '), '1.2.3');

test.each([
  { text: '127.0.0.1:6881', is: { host: '127.0.0.1', port: 6881 } },
  { text: '0.0.0.0:0', is: { host: '0.0.0.0', port: 0 } },
  { text: '[::1]:65535', is: { host: '::1', port: 65535 } },
])('$text is an address', ({ text, is }) => {
  expect(parsePeerAddress(text)).toEqual(is);
});

test.each([
  { why: 'no port', text: '127.0.0.1', says: 'expected <ip>:<port>' },
  { why: 'a port that is no number', text: '127.0.0.1:http', says: 'expected <ip>:<port>' },
  { why: 'a port that is too large', text: '127.0.0.1:65536', says: 'ports go from 0 to 65535' },
  { why: 'a name', text: 'localhost:6881', says: 'no IP address' },
  { why: 'half an address', text: '127.0.0:6881', says: 'no IP address' },
  { why: 'IPv6 without brackets', text: '::1:6881', says: '[::1]:6881' },
  { why: 'IPv4 in brackets', text: '[127.0.0.1]:6881', says: 'no IP address' },
  { why: 'nothing', text: '', says: 'expected <ip>:<port>' },
])('no address: $why', ({ text, says }) => {
  expect(parsePeerAddress(text)).toContain(says);
});

test('the client and its options', () => {
  expect(parse('client 127.0.0.1:0 t.txt --data d --json --stay --min-password --up-limit 2.5')).toEqual({
    run: 'client',
    options: {
      listen: { host: '127.0.0.1', port: 0 },
      trackersFile: 't.txt',
      dataDir: 'd',
      json: true,
      stay: true,
      minPassword: true,
      upLimit: 2.5 * 2 ** 20,
      downLimit: undefined,
      logFile: undefined,
    },
  });
});

test('the tracker and its line', () => {
  expect(parse('tracker t.txt 2 --data d --log l --announce [::1]:6969')).toEqual({
    run: 'tracker',
    options: {
      trackersFile: 't.txt',
      line: 2,
      dataDir: 'd',
      announce: { host: '::1', port: 6969 },
      logFile: 'l',
    },
  });
});

test.each([
  { line: 'clinet 127.0.0.1:1 t.txt', says: 'Did you mean client?' },
  { line: 'client 127.0.0.1:1 t.txt --jsn', says: 'Did you mean --json?' },
  { line: 'client 127.0.0.1:1', says: "missing required argument 'tracker_info.txt'" },
  { line: 'client 127.0.0.1:1 t.txt more', says: 'too many arguments' },
  { line: 'client here t.txt', says: 'expected <ip>:<port>' },
  { line: 'client 127.0.0.1:1 t.txt --up-limit 0', says: 'expected MiB a second' },
  { line: 'tracker t.txt first', says: 'expected the number of a line' },
  { line: 'tracker', says: '(mbt help tracker tells how it is used)' },
  { line: 'tracker t.txt 1 --announce 6969', says: 'expected <ip>:<port>' },
  { line: 'tracker t.txt 0', says: 'expected the number of a line' },
])('wrong usage ends with 2: $line', ({ line, says }) => {
  const invocation = parse(line);
  expect(invocation).toMatchObject({ run: 'text', exitCode: 2 });
  expect('text' in invocation && invocation.text).toContain(says);
});

test.each([
  { line: 'help', says: 'Usage: mbt' },
  { line: 'help client', says: '--min-password' },
  { line: 'tracker --help', says: 'from 1' },
  { line: '--version', says: '1.2.3' },
])('$line is answered with 0', ({ line, says }) => {
  const invocation = parse(line);
  expect(invocation).toMatchObject({ run: 'text', exitCode: 0 });
  expect('text' in invocation && invocation.text).toContain(says);
});
