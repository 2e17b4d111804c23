/** Density of the standard normal distribution. */
export function normalDensity(x: number): number {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
}

/** Distribution function of the standard normal distribution; accurate in both tails. */
export function normalDistribution(x: number): number {
  return erfc(-x / Math.SQRT2) / 2;
}

export function erf(x: number): number {
  return Math.abs(x) < seriesLimit ? erfSeries(x) : Math.sign(x) * (1 - erfcFraction(Math.abs(x)));
}

/** 1 - erf(x), without cancellation for large x. */
export function erfc(x: number): number {
  if (Math.abs(x) < seriesLimit) return 1 - erfSeries(x);
  return x > 0 ? erfcFraction(x) : 2 - erfcFraction(-x);
}

/** The inverse of erf by Newton's method; infinite at -1 and 1. */
export function erfInverse(y: number): number {
  if (Math.abs(y) >= 1) return Math.sign(y) * Number.POSITIVE_INFINITY;
  // Winitzki 2008: within 2e-3, and two steps from the end.
  const logarithm = Math.log1p(-y * y);
  const half = 2 / (Math.PI * 0.147) + logarithm / 2;
  let x = Math.sign(y) * Math.sqrt(Math.sqrt(half * half - logarithm / 0.147) - half);
  for (let step = 0; step < 4; step++) {
    x -= (erf(x) - y) / ((2 / Math.sqrt(Math.PI)) * Math.exp(-x * x));
  }
  return x;
}

/** Below it the series keeps 1e-14, above it the continued fraction does. */
const seriesLimit = 2;

/** Abramowitz & Stegun 7.1.6: all terms positive. */
function erfSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** Abramowitz & Stegun 7.1.14, evaluated from the back. */
function erfcFraction(x: number): number {
  if (x > 27) return 0;
  let fraction = x;
  for (let n = 60; n > 0; n--) fraction = x + n / 2 / fraction;
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * fraction);
}
