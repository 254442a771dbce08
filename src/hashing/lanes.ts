/**
 * Runs the tasks in order, `lanes` at a time. After a failure no more are begun; those under way are waited
 * for, so that nothing is left behind; then the first failure is thrown.
 */
export async function runInLanes(lanes: number, tasks: Iterable<() => Promise<void>>): Promise<void> {
  const queue = tasks[Symbol.iterator]();
  const failures: unknown[] = [];
  const runLane = async (): Promise<void> => {
    while (failures.length === 0) {
      const { value: task, done } = queue.next();
      if (done) return;
      await task().catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: lanes }, runLane));
  if (failures.length > 0) throw failures[0];
}
