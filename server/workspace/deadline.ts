import { performance } from 'node:perf_hooks';
import process from 'node:process';

/**
 * For `isCancelled`: true once this thread has computed for so many milliseconds. What else the machine does at the moment
 * does not count; an older Node, which does not tell a thread's own time, counts what has passed.
 */
export function deadline(milliseconds: number): () => boolean {
  const end = performance.now() + milliseconds;
  const own = threadTime();
  // Asking for the thread's time takes a call of the system, so the wall clock is asked first.
  return () => performance.now() > end && (own === null || (threadTime() ?? 0) - own > milliseconds);
}

function threadTime(): number | null {
  if (typeof process.threadCpuUsage !== 'function') return null;
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
