import type { Initializer } from '../graph/initializer.ts';
import { erfInverse } from '../maths/gaussian.ts';
import { constant, normal, scaled, truncatedNormal, unknownInitializer } from './make.ts';

/**
 * What a uniform tensor holds after the inverse error function: the quantile function of N(0, 1/2), so U[-1, 1) becomes that
 * normal distribution, and a part of it a truncated one. How `trunc_normal_` is written where it is written out.
 */
export function afterErfInverse({ family, low, high }: Initializer): Initializer {
  if (family !== 'uniform' || low === null || high === null || low < -1 || high > 1) return unknownInitializer();
  const std = Math.SQRT1_2;
  if (low === -1 && high === 1) return normal(0, std);
  // 2 Φ(-2) - 1 and 2 Φ(2) - 1 differ in their last digit; what is symmetric stays so.
  const top = erfInverse(high);
  return truncatedNormal(0, std, Math.abs(low + high) < 1e-12 ? -top : erfInverse(low), top);
}

/** After `clamp`: known where it cuts nothing that matters. A bound that is `null` is none. */
export function clamped(initializer: Initializer, low: number | null, high: number | null): Initializer {
  const { family, mean, std } = initializer;
  if (mean === null || std === null) return unknownInitializer();
  // A normal distribution has 1e-14 of its mass beyond eight std; elsewhere the bounds are rounded.
  const reach = family === 'normal' ? 8 * std : null;
  const lowest = initializer.low ?? (reach === null ? null : mean - reach);
  const highest = initializer.high ?? (reach === null ? null : mean + reach);
  const slack = 1e-6 * (Math.abs(mean) + std);
  const cutsLow = low !== null && (lowest === null || low > lowest + slack);
  const cutsHigh = high !== null && (highest === null || high < highest - slack);
  if (std === 0 && (low === null || low <= mean) && (high === null || high >= mean)) return initializer;
  if (cutsLow || cutsHigh) return unknownInitializer();
  return family === 'normal' && low !== null && high !== null ? truncatedNormal(mean, std, low, high) : initializer;
}

/**
 * What a tensor holds after `f` of each element: mean and spread where those elements are one number or spread evenly (positions),
 * by the midpoint rule.
 */
export function mapped(initializer: Initializer, f: (x: number) => number): Initializer {
  const { family, mean, std } = initializer;
  if (std === 0 && mean !== null) return constant(f(mean));
  if (family !== 'uniform' || mean === null || std === null) return unknownInitializer();
  const points = 256;
  // Of n numbers at equal distances the spread says how many there are: √12 std is the width of their cells together.
  const width = Math.sqrt(12) * std;
  const values = Array.from({ length: points }, (_, i) => f(mean + ((i + 0.5) / points - 0.5) * width));
  if (!values.every(Number.isFinite)) return unknownInitializer();
  const average = values.reduce((sum, value) => sum + value, 0) / points;
  const variance = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / points;
  const [low, high] = [Math.min(...values), Math.max(...values)];
  // A kink at the middle (|x|) leaves even what was even.
  const isEven = Math.abs(Math.sqrt(12 * variance) - (high - low)) < 0.02 * (high - low);
  return {
    ...unknownInitializer(),
    ...(isEven ? { family: 'uniform' } : {}),
    mean: average,
    std: Math.sqrt(variance),
    low,
    high,
  };
}

/** What a tensor holds after a constant was added. */
function shifted(initializer: Initializer, offset: number): Initializer {
  const { mean, std, low, high } = initializer;
  if (offset === 0) return initializer;
  if (std === 0) return mean === null ? unknownInitializer() : constant(mean + offset);
  const plus = (value: number | null) => (value === null ? null : value + offset);
  return { ...initializer, mean: plus(mean), low: plus(low), high: plus(high) };
}

/** The sum of two independent tensors. */
export function sumOf(a: Initializer, b: Initializer): Initializer {
  if (b.std === 0 && b.mean !== null) return shifted(a, b.mean);
  if (a.std === 0 && a.mean !== null) return shifted(b, a.mean);
  if (a.mean === null || b.mean === null || a.std === null || b.std === null) return unknownInitializer();
  const drawn = normal(a.mean + b.mean, Math.hypot(a.std, b.std));
  return a.family === 'normal' && b.family === 'normal' ? drawn : { ...drawn, family: 'unknown', scheme: 'other' };
}

/** The product of two independent tensors; a distribution times another is neither. */
export function productOf(a: Initializer, b: Initializer): Initializer {
  if (b.std === 0 && b.mean !== null) return scaled(a, b.mean);
  if (a.std === 0 && a.mean !== null) return scaled(b, a.mean);
  if (a.mean === null || b.mean === null || a.std === null || b.std === null) return unknownInitializer();
  const second = (a.std ** 2 + a.mean ** 2) * (b.std ** 2 + b.mean ** 2);
  const mean = a.mean * b.mean;
  return { ...unknownInitializer(), mean, std: Math.sqrt(Math.max(second - mean * mean, 0)) };
}
