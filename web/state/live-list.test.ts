import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ApiError } from '../api/client.ts';
import { LiveList, tellLists } from './live-list.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A list whose questions are answered by hand. */
function asked() {
  const questions: { answer(rows: string[]): void; fail(error: Error): void }[] = [];
  const list = new LiveList<string[]>(
    () => new Promise((answer, fail) => questions.push({ answer, fail })),
    (change) => change.what === 'files' && (change.group ?? 'lab') === 'lab',
  );
  return { list, questions };
}
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(1_000);

test('it asks when somebody watches, not before, and shows the answer', async () => {
  const { list, questions } = asked();
  tellLists({ what: 'files' });
  expect(questions).toHaveLength(0);
  list.watch();
  questions[0]?.answer(['a']);
  await settle();
  expect(list.value.value).toEqual(['a']);
});

test.each([
  { why: 'of its group', change: { what: 'files', group: 'lab' }, questions: 2 },
  { why: 'of any group', change: { what: 'files' }, questions: 2 },
  { why: 'of another group', change: { what: 'files', group: 'choir' }, questions: 1 },
  { why: 'of something else', change: { what: 'members', group: 'lab' }, questions: 1 },
] as const)('a change $why: $questions questions in all', async ({ change, questions }) => {
  const { list, questions: made } = asked();
  list.watch();
  made[0]?.answer(['a']);
  await settle();
  tellLists(change);
  await settle();
  expect(made).toHaveLength(questions);
});

test('many changes while a question is under way are one more question', async () => {
  const { list, questions } = asked();
  list.watch();
  for (let times = 0; times < 50; times += 1) tellLists({ what: 'files' });
  questions[0]?.answer(['old']);
  await settle();
  expect(questions).toHaveLength(2);
  questions[1]?.answer(['new']);
  await settle();
  expect([list.value.value, questions.length]).toEqual([['new'], 2]);
});

test('nobody watches: a change waits until somebody does', async () => {
  const { list, questions } = asked();
  const end = list.watch();
  questions[0]?.answer(['a']);
  await settle();
  end();
  tellLists({ what: 'files' });
  await settle();
  expect(questions).toHaveLength(1);
  list.watch();
  expect(questions).toHaveLength(2);
});

test('a failure is told, and what was known stays', async () => {
  const { list, questions } = asked();
  list.watch();
  questions[0]?.answer(['a']);
  await settle();
  void list.refresh();
  questions[1]?.fail(new ApiError('NO_CONNECTION', 'gone'));
  await settle();
  expect([list.value.value, list.error.value?.code]).toEqual([['a'], 'NO_CONNECTION']);
  void list.refresh();
  questions[2]?.answer(['b']);
  await settle();
  expect([list.value.value, list.error.value]).toEqual([['b'], undefined]);
});
