/** Runs `ask`, unless it runs already. What fails is left to the next time: a tracker may be away. */
export function oneAtATime(ask: () => Promise<void>): () => void {
  let asking = false;
  return () => {
    if (asking) return;
    asking = true;
    ask()
      .catch(() => undefined)
      .finally(() => (asking = false));
  };
}
