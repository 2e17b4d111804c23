import { normalDensity } from './gaussian.ts';

const reach = 9;
const steps = 720;

/** Points of a fixed grid and their standard-normal weights. Even spacing is spectrally accurate for smooth functions and keeps 1e-5 at kinks. */
export const gaussianGrid = makeGrid();

/**
 * E g(z) for standard-normal z, by the trapezoid rule.
 */
export function gaussianMean(g: (z: number) => number): number {
  const { points, weights } = gaussianGrid;
  let sum = 0;
  for (let i = 0; i < points.length; i++) sum += (weights[i] ?? 0) * g(points[i] ?? 0);
  return sum;
}

function makeGrid() {
  const points = new Float64Array(steps);
  const weights = new Float64Array(steps);
  let total = 0;
  for (let i = 0; i < steps; i++) {
    // Half a step off zero: the kink of ReLU falls between two points.
    points[i] = ((i + 0.5) / steps) * 2 * reach - reach;
    weights[i] = normalDensity(points[i] ?? 0);
    total += weights[i] ?? 0;
  }
  for (let i = 0; i < steps; i++) weights[i] = (weights[i] ?? 0) / total;
  return { points, weights };
}
