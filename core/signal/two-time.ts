import { at, type Kernel, kernelOf, pairCounts, type Size } from './kernel.ts';

/** Covariances of a sequence with itself: `rows[n][d]` is that of steps n and n - d, for d = 0 … n. */
export type TwoTime = Float64Array[];

/** E f and E f^2 of the factor that a state keeps of itself. */
export interface Keep {
  readonly mean: number;
  readonly second: number;
}

/**
 * The next row of s_n = f_n s_(n-1) + v_n, where `source[d]` is the covariance of v_n and v_(n-d). The factors are independent
 * from step to step; what is kept and what comes in are not: both may have passed the same weights, so that paths through
 * the state and through the weights add up coherently.
 */
export function accumulate(rows: TwoTime, keep: Keep, source: Float64Array): void {
  const n = rows.length;
  const before = rows[n - 1];
  const row = new Float64Array(n + 1);
  // E v_n s_(n-d), from the first step on.
  let cross = 0;
  for (let d = n; d >= 1; d--) {
    cross = keep.mean * cross + (source[d] ?? 0);
    row[d] = keep.mean * (before?.[d - 1] ?? 0) + cross;
  }
  row[0] = keep.second * (before?.[0] ?? 0) + 2 * keep.mean * cross + (source[0] ?? 0);
  rows.push(row);
}

/** How a sequence goes on after the steps that were followed: as it is, or falling by the same factor every step. */
export type Tail = 'constant' | 'decaying';

/** The sum of `value` over all steps, of which only the first ones were followed. */
function sumOverSteps(followed: number, steps: number, tail: Tail, value: (n: number) => number, slope = 0): number {
  let sum = 0;
  for (let n = 0; n < followed; n++) sum += value(n);
  const left = steps - followed;
  if (left <= 0 || followed === 0) return sum;
  const last = value(followed - 1);
  if (tail === 'constant') return sum + left * last + (slope * left * (left + 1)) / 2;
  const earlier = followed > 1 ? value(followed - 2) : 0;
  const ratio = earlier === 0 ? 0 : Math.min(Math.max(last / earlier, 0), 1);
  return sum + (ratio === 1 ? left * last : (last * ratio * (1 - ratio ** left)) / (1 - ratio));
}

/** Of a sequence that was not followed to its end, pairs further apart than this are taken as alike: half of what was followed. */
export function largestLag(followed: number, steps: number): number {
  return steps > followed ? followed >> 1 : followed - 1;
}

/** Means over all pairs of steps as a kernel over the time axis. */
export function toKernel(rows: TwoTime, steps: number, size: Size, tail: Tail): Kernel {
  const followed = rows.length;
  const largest = largestLag(followed, steps);
  const lag = (d: number) => {
    const kept = Math.min(d, largest);
    const from = (n: number) => rows[kept + n]?.[kept] ?? 0;
    return sumOverSteps(followed - kept, Math.max(steps - kept, 1), tail, from) / Math.max(steps - kept, 1);
  };
  const counts = pairCounts(size[0]);
  const far = counts.length - 1;
  return kernelOf(size, (dy) => {
    if (dy < far || far === 0) return lag(dy);
    // The last entry stands for all larger lags.
    let [sum, pairs] = [0, 0];
    for (let d = far; d < steps; d++) {
      sum += (steps - d) * lag(d);
      pairs += steps - d;
    }
    return pairs === 0 ? lag(far) : sum / pairs;
  });
}

/** The sum over all ordered pairs of steps of a product with a second sequence: `other(n, d)` for steps n and n - d. */
export function pairProduct(rows: TwoTime, steps: number, tail: Tail, other: (n: number, d: number) => number): number {
  const followed = rows.length;
  const rowSum = (n: number) => {
    const row = rows[n];
    let sum = (row?.[0] ?? 0) * other(n, 0);
    for (let d = 1; d <= n; d++) sum += 2 * (row?.[d] ?? 0) * other(n, d);
    return sum;
  };
  const last = followed - 1;
  const far = largestLag(followed, steps);
  const slope = tail === 'constant' ? 2 * (rows[last]?.[far] ?? 0) * other(last, far) : 0;
  return sumOverSteps(followed, steps, tail, rowSum, slope);
}

/** A kernel's value at a lag along its first axis. */
export function atLag(kernel: Kernel, lag: number): number {
  return at(kernel, lag, 0);
}
