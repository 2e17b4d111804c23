import type { ActivationName } from '../graph/op.ts';
import { activationOf, negativeSlope } from '../maths/activation.ts';
import { gaussianGrid } from '../maths/quadrature.ts';
import { expectation, gridOf, type Marginal, normalized, type Profile } from './marginal.ts';

/** What a depthwise convolution, the norm and the activation f above it know of each other. */
export interface TapGradients {
  readonly activation: {
    readonly fn: ActivationName;
    readonly parameter: number | undefined;
    /** E z f'(z). */
    readonly slopeOnValue: number;
    readonly mean: number;
    readonly variance: number;
  };
  readonly taps: number;
  /** Second moment of the gradient at the convolution's output. */
  readonly gradient: number;
  /** The same without f', and its mean over pairs of positions whose windows share an element. */
  readonly beforeSlope: number;
  readonly windows: number;
  /** How an element below is distributed. */
  readonly marginal: Marginal;
}

/**
 * A weight w meets every position, so that gradient and value are not independent: by Stein's identity E w f'(z) = E f''(z) dz/dw
 * there is a part of the gradient along the value u below, in which all taps add up. `growth` is its factor on the second moment,
 * `profile` how the whole depends on u.
 */
export function tapCoherence(given: TapGradients): { readonly growth: number; readonly profile: Profile } {
  const { activation, taps, gradient, beforeSlope, windows, marginal } = given;
  const grid = gridOf(marginal);
  const mean = expectation(grid, (x) => x);
  const std = Math.sqrt(expectation(grid, (x) => (x - mean) ** 2));
  // The norm divides by the size of the very weights: along the value as far as it is not itself most of what its window sees.
  const along = grid.values.map((x) => {
    const square = std > 0 ? ((x - mean) / std) ** 2 : 0;
    return (square * taps) / (square + taps - 1);
  });
  const coherent = activation.slopeOnValue ** 2 * Math.max(windows - beforeSlope / taps, 0);
  const ratio = gradient > 0 ? coherent / gradient : 0;
  const slope = slopeByValue(activation, taps);
  const own = normalized(
    grid.values.map((x) => slope(std > 0 ? (x - mean) / std : 0)),
    grid.weights,
  );
  const profile = own.map((one, j) => one + ratio * (along[j] ?? 0));
  return {
    growth: expectation(grid, (_, j) => profile[j] ?? 0),
    profile: normalized(profile, grid.weights),
  };
}

/**
 * E[t^2 f'(z)^2 | u] of the share t that a weight has in all taps, on the value u: z = t u + sqrt(1 - t^2) e; over what it is where
 * f'(z) does not depend on the weight. Constant for functions whose slope is a step at zero.
 */
function slopeByValue(activation: TapGradients['activation'], taps: number): (u: number) => number {
  const { fn, parameter } = activation;
  if (negativeSlope(fn, parameter) !== null || fn === 'relu6') return () => 1;
  // Rounded, so that layers behind a normalization share a table.
  const [mean, std] = [Number(activation.mean.toFixed(2)), Number(Math.sqrt(activation.variance).toPrecision(2))];
  const key = `${fn} ${parameter} ${mean} ${std} ${taps}`;
  const values = tables.get(key) ?? makeTable(activationOf(fn, parameter).slope, mean, std, taps);
  if (tables.size >= 256) tables.clear();
  tables.set(key, values);
  return (u) => {
    const position = Math.min(Math.max((u + tableReach) / tableStep, 0), values.length - 1.001);
    const index = Math.floor(position);
    const low = values[index] ?? 0;
    return low + (position - index) * ((values[index + 1] ?? low) - low);
  };
}

const tables = new Map<string, Float64Array>();
const tableReach = 6;
const tableStep = 0.25;

function makeTable(slope: (x: number) => number, mean: number, std: number, taps: number): Float64Array {
  const { nodes, weights } = gaussianGrid(36);
  let [shares, slopes] = [0, 0];
  nodes.forEach((n, a) => {
    shares += ((weights[a] ?? 0) * n * n) / (n * n + taps - 1);
    slopes += (weights[a] ?? 0) * slope(mean + std * n) ** 2;
  });
  return Float64Array.from({ length: 2 * (tableReach / tableStep) + 1 }, (_, i) => {
    const u = i * tableStep - tableReach;
    let sum = 0;
    nodes.forEach((n, a) => {
      const t = n / Math.sqrt(n * n + taps - 1);
      const rest = Math.sqrt(1 - t * t);
      nodes.forEach((e, b) => {
        sum += (weights[a] ?? 0) * (weights[b] ?? 0) * t * t * slope(mean + std * (t * u + rest * e)) ** 2;
      });
    });
    return sum / (shares * slopes);
  });
}
