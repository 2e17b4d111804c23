import { normalDensity, normalDistribution } from '../maths/gaussian.ts';

/** Expected maximum of n independent standard normals. */
export function expectedMaximum(n: number): number {
  return maximumMoments(n).mean;
}

/** E max and E max^2 of n independent standard normals. */
export function maximumMoments(n: number): { readonly mean: number; readonly second: number } {
  return remember(moments, n, () => {
    let [mean, second] = [0, 0];
    const step = 0.02;
    for (let x = -8.99; x < 9; x += step) {
      const density = n * normalDensity(x) * normalDistribution(x) ** (n - 1) * step;
      mean += density * x;
      second += density * x * x;
    }
    return { mean, second };
  });
}

/**
 * Covariance of the maxima of n standard normals and of n others, of which m belong to m of the first ones with this correlation r and
 * the rest are independent; its slope by r is P(both maxima are one such pair). As a power series in r (Mehler) the first coefficients
 * are squared mean derivatives of the maximum: m/n^2, and by homogeneity and translation e^2/(2n^2) (m + m(m-1)/(n-1)^2) with e the
 * expected maximum. At r = 1 its value is that of shared elements and its slope m/(2n - m): one more power takes what is left.
 */
export function maximumCovariance(n: number, shared: number, r: number): { value: number; slope: number } {
  if (shared <= 0) return { value: 0, slope: 0 };
  const whole = sharedMaximumCovariance(n, shared);
  const lastSlope = shared / (2 * n - shared);
  if (r >= 1) return { value: whole, slope: lastSlope };
  const first = shared / n ** 2;
  const pairs = n < 2 ? 0 : (shared * (shared - 1)) / (n - 1) ** 2;
  const second = (expectedMaximum(n) ** 2 * (shared + pairs)) / (2 * n * n);
  const rest = Math.max(whole - first - second, 0);
  const power = rest === 0 ? 3 : Math.max((lastSlope - first - 2 * second) / rest, 3);
  return {
    value: first * r + second * r ** 2 + rest * r ** power,
    slope: first + 2 * second * r + power * rest * r ** (power - 1),
  };
}

/**
 * The same for shared elements (Hoeffding: integral over a, b of P(both below) minus the product). 4 cells sharing all: 0.4918; 9
 * cells: 0.3575, sharing 3: 0.0998, sharing 1: 0.0317.
 */
function sharedMaximumCovariance(n: number, shared: number): number {
  return remember(covariances, n * 1024 + shared, () => {
    const step = 0.05;
    const points = Array.from({ length: 320 }, (_, i) => -8 + (i + 0.5) * step);
    const cdf = points.map(normalDistribution);
    const apart = cdf.map((p) => p ** (n - shared));
    const all = cdf.map((p) => p ** n);
    const common = cdf.map((p) => p ** shared);
    let sum = 0;
    for (let i = 0; i < points.length; i++) {
      for (let j = 0; j < points.length; j++) {
        const both = (apart[i] ?? 0) * (apart[j] ?? 0) * (common[Math.min(i, j)] ?? 0);
        sum += both - (all[i] ?? 0) * (all[j] ?? 0);
      }
    }
    return sum * step * step;
  });
}

const moments = new Map<number, { mean: number; second: number }>();
const covariances = new Map<number, number>();

function remember<T>(table: Map<number, T>, key: number, make: () => T): T {
  const known = table.get(key);
  if (known !== undefined) return known;
  const made = make();
  table.set(key, made);
  return made;
}
