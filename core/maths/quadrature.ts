import { normalDensity } from './gaussian.ts';

const reach = 9;

/**
 * E g(z) for standard-normal z, by the midpoint rule: spectrally accurate for smooth g, 1e-5 at a kink with the default
 * number of points.
 */
export function gaussianMean(g: (z: number) => number, points = 720): number {
  const { nodes, weights } = gaussianGrid(points);
  let sum = 0;
  for (let i = 0; i < nodes.length; i++) sum += (weights[i] ?? 0) * g(nodes[i] ?? 0);
  return sum;
}

interface Grid {
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
}

const grids = new Map<number, Grid>();

/** Points of a standard-normal variable and their weights, which sum to 1. */
export function gaussianGrid(points: number): Grid {
  const known = grids.get(points);
  if (known !== undefined) return known;
  // Half a step off zero: the kink of ReLU falls between two points.
  const nodes = Float64Array.from({ length: points }, (_, i) => ((i + 0.5) / points) * 2 * reach - reach);
  const weights = nodes.map(normalDensity);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const made = { nodes, weights: weights.map((weight) => weight / total) };
  grids.set(points, made);
  return made;
}

const widest = 8.5;
const halfPoints = 160;

/**
 * A grid over standard-normal z that is fine around x = 0, where activations bend, and no finer than needed elsewhere:
 * z = z0 + w sinh t with t evenly spaced, w the width of the bend.
 */
export function bendGrid(mean: number, variance: number): Grid {
  const std = Math.sqrt(variance);
  const center = Math.max(Math.min(-mean / std, widest), -widest);
  const width = Math.min(1, 1 / std);
  const end = Math.asinh((widest + Math.abs(center)) / width);
  const step = end / halfPoints;
  const nodes = new Float64Array(2 * halfPoints);
  const weights = new Float64Array(2 * halfPoints);
  // e^t from one point to the next: the exponentials are all that costs.
  const ratio = Math.exp(step);
  let growth = Math.exp((0.5 - halfPoints) * step);
  let mass = 0;
  for (let i = 0; i < nodes.length; i++) {
    const z = center + (width * (growth - 1 / growth)) / 2;
    const weight = normalDensity(z) * (growth + 1 / growth);
    nodes[i] = z;
    weights[i] = weight;
    mass += weight;
    growth *= ratio;
  }
  for (let i = 0; i < nodes.length; i++) weights[i] = (weights[i] ?? 0) / mass;
  return { nodes, weights };
}
