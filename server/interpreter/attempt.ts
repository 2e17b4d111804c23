/** Runs `body`; unless it returns, and what it returns is good, `undo` runs after it. */
export function attempt<T>(body: () => T, isGood: (value: T) => boolean, undo: () => void): T {
  let isKept = false;
  try {
    const value = body();
    isKept = isGood(value);
    return value;
  } finally {
    if (!isKept) undo();
  }
}
