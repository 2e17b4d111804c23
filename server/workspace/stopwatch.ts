import { performance } from 'node:perf_hooks';
import process from 'node:process';

export interface Stopwatch {
  /** Milliseconds so far. */
  elapsed(): number;
  isOver(milliseconds: number): boolean;
}

/**
 * How long this thread has computed. What else the machine does at the moment does not count; an older Node, which does not
 * tell a thread's own time, counts what has passed.
 */
export function startStopwatch(): Stopwatch {
  const start = performance.now();
  const own = threadTime();
  const elapsed = () => (own === null ? performance.now() - start : (threadTime() ?? 0) - own);
  return {
    elapsed,
    // Asking for the thread's time takes a call of the system, so the wall clock is asked first.
    isOver: (milliseconds) => performance.now() - start > milliseconds && elapsed() > milliseconds,
  };
}

function threadTime(): number | null {
  if (typeof process.threadCpuUsage !== 'function') return null;
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
