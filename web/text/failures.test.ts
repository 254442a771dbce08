import { expect, test } from 'vitest';
import { ApiError } from '../api/client.ts';
import { failureText } from './failures.ts';

test.each([
  ['there is no group lab: list_groups shows all', 'There is no group lab: list_groups shows all'],
  ['that is no recovery code', 'That is no recovery code'],
  ['interrupted', 'Interrupted'],
  ['The disk is full', 'The disk is full'],
  ['hashing was stopped', 'Hashing was stopped'],
  // Names and labels stay as they are.
  ['eve is logged in here; logout first', 'eve is logged in here; logout first'],
  ['path: must be absolute', 'path: must be absolute'],
  ['port: must be a number', 'port: must be a number'],
  ['"a b" is in lab already', '"a b" is in lab already'],
  ['line 1: "x" is not ip:port', 'line 1: "x" is not ip:port'],
  ['report.pdf is a folder', 'report.pdf is a folder'],
  ['the.txt is a folder', 'the.txt is a folder'],
])('what the node says, %j, is shown as %j', (said, shown) =>
  expect(failureText(new ApiError('REFUSED', said)).text).toBe(shown),
);
