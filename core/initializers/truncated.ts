import { normalDensity, normalDistribution } from '../maths/gaussian.ts';

/**
 * Mean and standard deviation of N(mean, std²) conditioned on [low, high] (Johnson, Kotz & Balakrishnan 1994, 13.10.1).
 * Bounds so far out in one tail that nothing is left of the distribution give the nearer bound.
 */
export function truncatedMoments(
  mean: number,
  std: number,
  low: number,
  high: number,
): { readonly mean: number; readonly std: number } {
  if (std === 0 || low >= high) return { mean: Math.min(Math.max(mean, low), high), std: 0 };
  const a = (low - mean) / std;
  const b = (high - mean) / std;
  // Both bounds on one side: measure from the tail's own side, where the difference of two tails keeps its digits.
  const mass = a > 0 ? normalDistribution(-a) - normalDistribution(-b) : normalDistribution(b) - normalDistribution(a);
  if (mass < 1e-280) return { mean: a > 0 ? low : high, std: 0 };
  const da = normalDensity(a);
  const db = normalDensity(b);
  const shift = (da - db) / mass;
  const variance = 1 + (edge(a, da) - edge(b, db)) / mass - shift * shift;
  return { mean: mean + std * shift, std: std * Math.sqrt(Math.max(variance, 0)) };
}

function edge(bound: number, density: number): number {
  return Number.isFinite(bound) ? bound * density : 0;
}
