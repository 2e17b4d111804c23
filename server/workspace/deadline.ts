import { performance } from 'node:perf_hooks';

/** For `isCancelled`: true once so many milliseconds have passed. */
export function deadline(milliseconds: number): () => boolean {
  const end = performance.now() + milliseconds;
  return () => performance.now() > end;
}
